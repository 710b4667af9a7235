using System.Diagnostics;

namespace Notary.Faults;

/// <summary>A small file system in memory, which can be full or read-only. Needs root.</summary>
internal sealed class Tmpfs : IAsyncDisposable
{
    private readonly string path;

    private Tmpfs(string path) => this.path = path;

    /// <exception cref="CannotRunException">This process may not mount.</exception>
    public static async Task<Tmpfs> MountAsync(string path, int mebibytes)
    {
        Directory.CreateDirectory(path);
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m,mode=700", "tmpfs", path) is { } refused)
            throw new CannotRunException($"no tmpfs can be mounted here: {refused}");
        return new Tmpfs(path);
    }

    /// <summary>Changes between <c>ro</c> and <c>rw</c>; nothing may be open for writing.</summary>
    public async Task RemountAsync(string mode)
    {
        if (await RunAsync("mount", "-o", $"remount,{mode}", path) is { } refused)
            throw new CannotRunException($"the tmpfs cannot be remounted: {refused}");
    }

    public async ValueTask DisposeAsync() => await RunAsync("umount", "-l", path);

    private static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        using var process = Strace.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : said.Trim();
    }
}
