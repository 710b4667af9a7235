using System.Runtime.InteropServices;

namespace Notary.Cli;

/// <summary>
/// The certificate authorities that this machine trusts. On Linux .NET reads every one of them, a hundred files and more,
/// before it builds its first chain, even a chain that may end nowhere but at roots that the user gave.
/// </summary>
internal static partial class MachineRoots
{
    /// <summary>For a verb that calls nobody over TLS, before its first chain: it has no use for them, and most of its time would go there.</summary>
    public static void Forget()
    {
        if (!OperatingSystem.IsLinux())
            return;
        // In the environment of the C library, which OpenSSL asks: .NET's own is a copy.
        _ = SetVariable("SSL_CERT_DIR", "/dev/null", overwrite: 1);
        _ = SetVariable("SSL_CERT_FILE", "/dev/null", overwrite: 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
