namespace Notary.Faults;

/// <summary>
/// Notices that somebody stays at one thing. It counts its own looks instead of the time: a process that was stopped for an
/// hour, or a machine that slept, has not looked meanwhile.
/// </summary>
/// <param name="looks">How many looks in a row at the same thing are a hang.</param>
internal sealed class HangWatch(int looks)
{
    private readonly Dictionary<int, (long Thing, int Seen)> last = [];

    /// <summary>One look at a worker.</summary>
    /// <param name="worker">Which.</param>
    /// <param name="thing">What it is at; null when it is idle.</param>
    /// <returns>Whether it hangs.</returns>
    public bool Look(int worker, long? thing)
    {
        var (before, seen) = last.GetValueOrDefault(worker, (-1, 0));
        last[worker] = (thing ?? -1, thing is not null && thing == before ? seen + 1 : 1);
        return thing is not null && last[worker].Seen > looks;
    }
}
