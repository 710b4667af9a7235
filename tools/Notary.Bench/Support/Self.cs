using System.Diagnostics;

namespace Notary.Bench;

/// <summary>Starts this program again as another process.</summary>
internal static class Self
{
    /// <summary>
    /// The command for one of the hidden verbs. It runs under the runtime settings of <c>notary</c>, not of this program:
    /// garbage collection and the like are part of what is measured.
    /// </summary>
    public static ProcessStartInfo Command(params IReadOnlyList<string> arguments)
    {
        string Beside(string name) => Path.Combine(AppContext.BaseDirectory, name);
        return new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                "exec", "--runtimeconfig", Beside("notary.runtimeconfig.json"), "--depsfile", Beside("notary-bench.deps.json"),
                Beside("notary-bench.dll"), .. arguments,
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
    }
}
