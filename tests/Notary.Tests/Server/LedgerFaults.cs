using Notary.Core;
using Notary.Server;

namespace Notary.Tests.Server;

/// <summary>A wall clock that stands until the test moves it. Timers run in real time.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long ticks = new DateTimeOffset(2026, 11, 22, 3, 10, 11, 123, TimeSpan.Zero).UtcTicks;

    /// <summary>What each reading moves the clock by.</summary>
    public TimeSpan Step { get; set; }

    public void Move(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Add(ref ticks, Step.Ticks), TimeSpan.Zero);
}

/// <summary>A store whose appends do what a test says. It fails the test itself when the ledger breaks the contract.</summary>
internal sealed class FaultyStore(ILedgerStore inner) : ILedgerStore
{
    private int appending;

    /// <summary>Called instead of the append; null passes it on.</summary>
    public Func<LedgerAppend, AppendOutcome>? OnAppend { get; set; }

    /// <summary>Called before the head is read.</summary>
    public Action? OnReadHead { get; set; }

    /// <summary>Called before the log is copied.</summary>
    public Action? OnCopyLog { get; set; }

    public ILedgerStore Inner => inner;

    /// <summary>Appends that reached the store.</summary>
    public int Appends { get; private set; }

    /// <summary>The largest one's entries.</summary>
    public int LargestAppend { get; private set; }

    public StoredHead? ReadHead()
    {
        OnReadHead?.Invoke();
        return inner.ReadHead();
    }

    public AppendOutcome Append(LedgerAppend append)
    {
        if (Interlocked.Exchange(ref appending, 1) != 0)
            throw new InvalidOperationException("Two threads append at a time.");
        if (append.Head.Size != append.First + (ulong)append.Entries.Count)
            throw new InvalidOperationException("The new head does not fit the entries.");
        try
        {
            Appends++;
            LargestAppend = Math.Max(LargestAppend, append.Entries.Count);
            return OnAppend?.Invoke(append) ?? inner.Append(append);
        }
        finally
        {
            Volatile.Write(ref appending, 0);
        }
    }

    public IReadOnlyList<StoredEntry> ReadEntries(ulong first, int count, bool withRecords) => inner.ReadEntries(first, count, withRecords);

    public byte[]? ReadTile(int level, ulong number) => inner.ReadTile(level, number);

    public ulong? FindDeposit(DepositId deposit) => inner.FindDeposit(deposit);

    public void FindDeposits(ReadOnlySpan<DepositId> deposits, Span<ulong?> entries) => inner.FindDeposits(deposits, entries);

    public IReadOnlyList<ulong> ListAccount(string account, ulong before, int count) => inner.ListAccount(account, before, count);

    public IReadOnlyList<DepositRow> ReadDepositRows(ReadOnlyMemory<byte> after, int count) => inner.ReadDepositRows(after, count);

    public IReadOnlyList<AccountRow> ReadAccountRows(AccountRow? after, int count) => inner.ReadAccountRows(after, count);

    public IReadOnlyList<TileRow> ReadTileRows(TileRow? after, int count) => inner.ReadTileRows(after, count);

    public IReadOnlyList<StoreFault> CheckDatabase(bool withPages, CancellationToken cancellation) => inner.CheckDatabase(withPages, cancellation);

    public void CopyLog()
    {
        OnCopyLog?.Invoke();
        inner.CopyLog();
    }

    public void Dispose() => inner.Dispose();
}

/// <summary>Holds the sequencer inside an append until the test lets it go on.</summary>
internal sealed class Gate : IDisposable
{
    private readonly SemaphoreSlim entered = new(0);
    private readonly SemaphoreSlim allowed = new(0);

    public Task EnteredAsync(CancellationToken cancellation) => entered.WaitAsync(cancellation);

    public void Allow(int count = 1) => allowed.Release(count);

    public void Pass()
    {
        entered.Release();
        allowed.Wait();
    }

    public void Dispose()
    {
        entered.Dispose();
        allowed.Dispose();
    }
}
