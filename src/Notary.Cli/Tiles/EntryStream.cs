using System.Runtime.CompilerServices;
using Notary.Core;

namespace Notary.Cli;

/// <summary>Verified entries of one bundle.</summary>
/// <param name="First">Index of the first of them.</param>
/// <param name="Entries">In order.</param>
internal readonly record struct EntryRun(ulong First, IReadOnlyList<ReadOnlyMemory<byte>> Entries);

/// <summary>The entries of a verified tree in their order, a few bundles fetched ahead of the reader.</summary>
internal static class EntryStream
{
    private const int Ahead = 8;

    /// <exception cref="CliException">What is served is not what was signed, or cannot be had.</exception>
    public static async IAsyncEnumerable<EntryRun> ReadAsync(
        VerifiedTree tree, ulong first, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var fetching = new Queue<Task<EntryRun>>(Ahead);
        var next = first;
        try
        {
            while (next < tree.Size || fetching.Count > 0)
            {
                for (; next < tree.Size && fetching.Count < Ahead; next = (next / TileId.FullWidth + 1) * TileId.FullWidth)
                    fetching.Enqueue(FetchAsync(tree, next, stop.Token));
                yield return await fetching.Dequeue();
            }
        }
        finally
        {
            // Nothing is left running, and no failure unseen, when the reader stops early.
            await stop.CancelAsync();
            await Task.WhenAll(fetching).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static async Task<EntryRun> FetchAsync(VerifiedTree tree, ulong first, CancellationToken cancellation)
    {
        var leaves = await tree.TileAsync(0, first / TileId.FullWidth, cancellation);
        var (entries, _) = await tree.BundleAsync(leaves, cancellation);
        return new EntryRun(first, [.. entries.Skip((int)(first % TileId.FullWidth))]);
    }
}
