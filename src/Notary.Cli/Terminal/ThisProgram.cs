using System.Reflection;

namespace Notary.Cli;

internal static class ThisProgram
{
    /// <summary>The version, without the commit that a build may add after a '+'.</summary>
    public static string Version { get; } =
        typeof(ThisProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
