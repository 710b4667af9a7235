using System.Globalization;

namespace Notary.Faults;

/// <summary>What happens to a call: it fails once, it fails from then on, or the process is killed instead of it.</summary>
/// <param name="Name">How tables call it.</param>
/// <param name="Injection">As strace takes it, without the number.</param>
/// <param name="IsLasting">Whether every later call of the kind in that thread fails as well.</param>
internal sealed record CallFault(string Name, string Injection, bool IsLasting = false)
{
    public static readonly CallFault InputOutput = new("EIO", "error=EIO");
    public static readonly CallFault Lasting = new("EIO from then on", "error=EIO", IsLasting: true);
    public static readonly CallFault NoSpace = new("ENOSPC", "error=ENOSPC");
    public static readonly CallFault NoHandles = new("EMFILE", "error=EMFILE");

    /// <summary>The call itself is not made: what it would have written is missing.</summary>
    public static readonly CallFault Killed = new("killed", "error=EIO:signal=SIGKILL");

    /// <summary>What can happen to a call.</summary>
    public static IEnumerable<CallFault> Of(TracedCall call) => call.Name switch
    {
        "open" or "openat" => [InputOutput, NoSpace, NoHandles, Killed],
        "pwrite64" or "write" or "pwritev" or "ftruncate" or "fallocate" => [InputOutput, Lasting, NoSpace, Killed],
        "fsync" or "fdatasync" => [InputOutput, Lasting, Killed],
        "mkdir" or "mkdirat" or "rename" or "renameat" or "renameat2" => [InputOutput, NoSpace, Killed],
        _ => [InputOutput, Killed],
    };

    /// <summary>The option of strace that does it to one call.</summary>
    public string On(TracedCall call) =>
        string.Create(CultureInfo.InvariantCulture, $"inject={call.Name}:{Injection}:when={call.Number}{(IsLasting ? "+" : "")}");
}
