namespace Notary.Cli;

/// <summary>How long a server's answers are waited for.</summary>
/// <param name="Silence">Between two pieces of an answer.</param>
/// <param name="Whole">For one answer from first to last byte: a server that drips holds nobody up longer.</param>
/// <param name="RetryDelays">The waits before a request is sent again after a failure that may pass.</param>
internal sealed record HttpPatience(TimeSpan Silence, TimeSpan Whole, IReadOnlyList<TimeSpan> RetryDelays)
{
    public static readonly HttpPatience Default = new(
        TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(60), [TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(2)]);
}
