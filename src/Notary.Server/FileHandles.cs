using System.Runtime.InteropServices;

namespace Notary.Server;

/// <summary>
/// How many files and connections the system lets this process have open. Whoever has none left cannot open a database to
/// read it, nor load code that it needs for the first time, and the runtime ends a process that cannot.
/// </summary>
internal static class FileHandles
{
    private const int NumberOfFilesOnLinux = 7;
    private const int NumberOfFilesOnMac = 8;

    /// <summary>As many as may be open at a time; null where the system has no such limit or does not tell.</summary>
    public static ulong? Limit =>
        !OperatingSystem.IsWindows() && NativeLimit(OperatingSystem.IsMacOS() ? NumberOfFilesOnMac : NumberOfFilesOnLinux, out var limit) == 0
            ? limit.Current
            : null;

    [DllImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeLimit(int resource, out ResourceLimit limit);

    private readonly record struct ResourceLimit(ulong Current, ulong Maximum);
}
