using System.Runtime.CompilerServices;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// A copy of a ledger that a database can be brought forward from. Nobody believes it: its checkpoint's signature, its
/// history and the root over its entries are checked by whoever reads it.
/// </summary>
public abstract class LedgerSource : IDisposable
{
    /// <summary>Where it is, to be said.</summary>
    public abstract string Place { get; }

    /// <summary>Its newest checkpoint.</summary>
    public abstract SignedCheckpoint Latest { get; }

    /// <summary>Whether it holds claims and requests; a public copy does not.</summary>
    public abstract bool HasRecords { get; }

    /// <summary>The root of its first entries.</summary>
    /// <param name="size">1 to the checkpoint's size.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public abstract Task<Hash> RootAsync(ulong size, CancellationToken cancellation);

    /// <summary>Its entries in order, at least those below the checkpoint's size.</summary>
    /// <param name="first">The index to begin with.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public abstract IAsyncEnumerable<IReadOnlyList<StoredEntry>> ReadAsync(ulong first, CancellationToken cancellation);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>Another database of the ledger, also one that a server is writing: what is below its head never changes.</summary>
internal sealed class StoredSource(string place, LedgerReader reader) : LedgerSource
{
    public override string Place => place;

    public override SignedCheckpoint Latest => reader.Latest;

    public override bool HasRecords => true;

    public override Task<Hash> RootAsync(ulong size, CancellationToken cancellation) => Task.FromResult(reader.RootAt(size));

    public override async IAsyncEnumerable<IReadOnlyList<StoredEntry>> ReadAsync(
        ulong first, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var page in reader.ReadRecords(first))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return page;
        }

        await Task.CompletedTask;
    }

    protected override void Dispose(bool disposing)
    {
        reader.Dispose();
        base.Dispose(disposing);
    }
}
