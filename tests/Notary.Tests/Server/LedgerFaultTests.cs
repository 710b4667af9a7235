using System.Text;
using Notary.Core;
using Notary.Server;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Appends that fail, in every way that the store's contract knows, and clocks that step.</summary>
public class LedgerFaultTests : IAsyncDisposable
{
    private readonly LedgerHarness harness;

    public LedgerFaultTests()
        : this(StoreKind.Sqlite)
    {
    }

    /// <summary>For the other stores.</summary>
    protected LedgerFaultTests(StoreKind kind) => harness = new LedgerHarness { Kind = kind }.Open();

    public async ValueTask DisposeAsync()
    {
        await harness.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the store find no room for more than a few further kilobytes, or gives the room back.</summary>
    protected virtual void SetRoom(ILedgerStore store, bool hasRoom) => ((SqliteStore)store).LimitPages(hasRoom ? 1_000_000 : 30);

    [Fact]
    public async Task A_full_disk_fails_the_deposits_at_hand_and_the_ledger_resumes_by_itself()
    {
        await harness.DepositManyAsync(5);
        var store = harness.Store!.Inner;
        SetRoom(store, hasRoom: false);
        var refused = new List<byte[]>();
        for (var i = 0; i < 3; i++)
        {
            byte[][] requests = [.. Enumerable.Range(0, 200).Select(_ => harness.NewRequest())];
            var results = await Task.WhenAll(requests.Select(request => harness.TryDepositAsync(request)));
            refused.AddRange(requests.Where((_, j) => results[j].Outcome == DepositOutcome.Unavailable));
        }

        Assert.NotEmpty(refused);
        // A small batch may still find room after a large one did not: what was refused last is what health tells.
        var more = 0UL;
        for (var request = harness.NewRequest(); ; request = harness.NewRequest())
        {
            more++;
            if ((await harness.TryDepositAsync(request)).Outcome == DepositOutcome.Issued)
                continue;
            refused.Add(request);
            break;
        }

        Assert.False(harness.Ledger.Health.Issuing);
        Assert.Contains("full", harness.Ledger.Health.Reason, StringComparison.Ordinal);
        harness.Check();
        SetRoom(store, hasRoom: true);
        foreach (var request in refused)
            await harness.DepositAsync(request);
        Assert.True(harness.Ledger.Health.Issuing);
        Assert.Equal(606UL + more, harness.Ledger.Latest.Checkpoint.Size);
        await harness.ReopenAsync();
        harness.Check();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_an_append_of_unknown_outcome_the_head_tells(bool persisted)
    {
        await harness.DepositAsync();
        harness.Store!.OnAppend = append =>
        {
            harness.Store.OnAppend = null;
            if (persisted)
                harness.Store.Inner.Append(append);
            throw new StoreException("the connection was lost", isFatal: false);
        };
        var request = harness.NewRequest();
        var result = await harness.TryDepositAsync(request);
        Assert.Equal(persisted ? DepositOutcome.Issued : DepositOutcome.Unavailable, result.Outcome);
        Assert.Equal(persisted, harness.Ledger.Health.Issuing);
        await harness.DepositAsync(request);
        Assert.Equal(3UL, harness.Ledger.Latest.Checkpoint.Size);
        Assert.True(harness.Ledger.Health.Issuing);
        harness.Check();
        await harness.ReopenAsync();
        harness.Check();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_nobody_can_tell_the_ledger_stops_and_the_restart_finds_out(bool persisted)
    {
        await harness.DepositAsync();
        harness.Store!.OnAppend = append =>
        {
            if (persisted)
                harness.Store.Inner.Append(append);
            throw new StoreException("an fsync failed", isFatal: true);
        };
        await AssertStopsAndRecovers();
    }

    [Fact]
    public async Task A_head_that_cannot_be_read_after_a_failed_append_is_fatal()
    {
        await harness.DepositAsync();
        harness.Store!.OnAppend = _ => throw new StoreException("the connection was lost", isFatal: false);
        harness.Store.OnReadHead = () => throw new StoreException("the connection is still lost", isFatal: false);
        await AssertStopsAndRecovers();
    }

    [Fact]
    public async Task A_head_that_is_neither_old_nor_new_after_a_failed_append_is_fatal()
    {
        await harness.DepositAsync();
        harness.Store!.OnAppend = append =>
        {
            harness.Store.Inner.Append(Foreign(harness, "notary.notice/v1\nelse 1\n"));
            throw new StoreException("the connection was lost", isFatal: false);
        };
        await AssertStopsAndRecovers();
    }

    [Fact]
    public async Task Another_servers_append_is_followed_and_its_unknown_entries_pass()
    {
        await harness.DepositManyAsync(3);
        var foreign = 0;
        harness.Store!.OnAppend = append =>
        {
            if (foreign < 3)
                harness.Store.Inner.Append(Foreign(harness, $"notary.later/v1\nledger somewhere {foreign++}\n"));
            return harness.Store.Inner.Append(append);
        };
        await harness.DepositAsync();
        await harness.DepositManyAsync(300);
        Assert.Equal(308UL, harness.Ledger.Latest.Checkpoint.Size);
        harness.Check();
        await harness.ReopenAsync();
        harness.Check();
        await harness.CheckStoredAsync();
    }

    [Fact]
    public async Task Another_servers_append_with_the_same_uuid_is_seen()
    {
        var request = harness.NewRequest();
        var other = RequestBytes.Create(RequestBytes.Parse(request).Request with { Items = 9 }, null);
        harness.Store!.OnAppend = append =>
        {
            harness.Store.OnAppend = null;
            var entry = append.Entries[0] with { Request = other.Bytes };
            var batch = new LedgerBatch(Head(harness), [entry], append.Head.Received, Key(harness));
            harness.Store.Inner.Append(batch.Append);
            return harness.Store.Inner.Append(append);
        };
        var result = await harness.TryDepositAsync(request);
        Assert.Equal(DepositOutcome.AlreadyExists, result.Outcome);
        Assert.Equal(2UL, harness.Ledger.Latest.Checkpoint.Size);
    }

    [Fact]
    public async Task Another_servers_deposit_is_repeated_before_this_one_has_followed()
    {
        LedgerAppend? elsewhere = null;
        harness.Store!.OnAppend = append =>
        {
            harness.Store.OnAppend = null;
            elsewhere = append;
            throw new StoreException("the connection was lost", isFatal: false);
        };
        var request = harness.NewRequest();
        Assert.Equal(DepositOutcome.Unavailable, (await harness.TryDepositAsync(request)).Outcome);
        harness.Store.Inner.Append(elsewhere!);
        await harness.DepositAsync(request);
        Assert.Equal(2UL, harness.Ledger.Latest.Checkpoint.Size);
        harness.Check();
    }

    [Fact]
    public async Task A_clock_that_steps_back_far_stops_the_issuing_until_it_has_caught_up()
    {
        var known = harness.NewRequest();
        await harness.DepositAsync(known);
        harness.Clock.Move(TimeSpan.FromHours(-1));
        Assert.False(harness.Ledger.Health.Issuing);
        // What is on the ledger already needs no clock.
        await harness.DepositAsync(known);
        var request = harness.NewRequest();
        var refused = await harness.TryDepositAsync(request);
        Assert.Equal(DepositOutcome.Unavailable, refused.Outcome);
        Assert.Contains("clock", refused.Reason, StringComparison.Ordinal);
        await harness.ReopenAsync();
        Assert.False(harness.Ledger.Health.Issuing);
        Assert.Equal(DepositOutcome.Unavailable, (await harness.TryDepositAsync(request)).Outcome);
        harness.Clock.Move(TimeSpan.FromHours(1));
        Assert.True(harness.Ledger.Health.Issuing);
        await harness.DepositAsync(request);
        harness.Check();
    }

    [Fact]
    public async Task A_clock_that_steps_back_a_little_is_waited_for()
    {
        await harness.DepositAsync();
        harness.Clock.Move(TimeSpan.FromMilliseconds(-50));
        harness.Clock.Step = TimeSpan.FromMilliseconds(20);
        var certificate = await harness.DepositAsync();
        var first = Statement.Parse(Encoding.UTF8.GetString(harness.Entries()[1]));
        var second = Statement.Parse(Encoding.UTF8.GetString(certificate.Statement.Span));
        Assert.True(second.Received >= first.Received);
        harness.Check();
    }

    [Fact]
    public async Task Entries_are_dated_by_the_clock_to_the_millisecond()
    {
        harness.Clock.Move(TimeSpan.FromTicks(9_999));
        var statement = Statement.Parse(Encoding.UTF8.GetString((await harness.DepositAsync()).Statement.Span));
        Assert.Equal(Timestamp.RoundDown(harness.Clock.GetUtcNow()), statement.Received);
        Assert.Null(statement.AccuracyMilliseconds);
    }

    /// <summary>What another server of this ledger would append now.</summary>
    internal static LedgerAppend Foreign(LedgerHarness harness, string entry) => new LedgerBatch(
        Head(harness), [new NewEntry(Encoding.UTF8.GetBytes(entry), default, default, null, null)], Head(harness)!.Stored.Received, Key(harness)).Append;

    private static LedgerHead? Head(LedgerHarness harness)
    {
        var store = harness.Store!.Inner;
        return new HeadLoader(store, new TreeReader(store, new TileCache(16)), harness.Ledger.Key).Load();
    }

    private static SigningKey Key(LedgerHarness harness) => SigningKey.Parse(File.ReadAllText(harness.KeyFile).TrimEnd());

    private async Task AssertStopsAndRecovers()
    {
        var request = harness.NewRequest();
        Assert.Equal(DepositOutcome.Stopped, (await harness.TryDepositAsync(request)).Outcome);
        Assert.Equal(DepositOutcome.Stopped, (await harness.TryDepositAsync(harness.NewRequest())).Outcome);
        Assert.IsType<StoreException>(await harness.Ledger.Failure);
        Assert.False(harness.Ledger.Health.Issuing);
        await harness.ReopenAsync();
        harness.Check();
        await harness.DepositAsync(request);
        harness.Check();
        await harness.CheckStoredAsync();
    }
}
