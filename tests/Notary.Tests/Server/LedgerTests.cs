using System.Text;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

public sealed class LedgerTests : IAsyncDisposable
{
    private readonly LedgerHarness harness = new LedgerHarness().Open();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => harness.DisposeAsync();

    [Fact]
    public async Task The_ledger_is_whole_after_each_of_many_commits_and_restarts()
    {
        for (var commits = 0; commits < 24; commits++)
        {
            for (var i = 0; i < commits % 4; i++)
                await harness.DepositManyAsync(1 + 7 * commits);
            await harness.ReopenAsync();
            harness.Check();
        }

        Assert.True(harness.Ledger.Latest.Checkpoint.Size > 2_000);
        Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    public async Task Sizes_around_a_full_tile_are_right_before_and_after_a_restart(int size)
    {
        await harness.DepositManyAsync(size - 1);
        harness.Check();
        await harness.ReopenAsync();
        harness.Check();
        await harness.DepositAsync();
        await harness.DepositAsync();
        harness.Check();
        Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
    }

    [Fact]
    public async Task Callers_that_wait_together_share_a_commit()
    {
        using var gate = new Gate();
        harness.Store!.OnAppend = append =>
        {
            gate.Pass();
            return harness.Store.Inner.Append(append);
        };
        var first = harness.DepositAsync();
        await gate.EnteredAsync(Cancellation);
        var others = harness.DepositManyAsync(500);
        harness.Store.OnAppend = null;
        gate.Allow();
        await Task.WhenAll(first, others);
        Assert.Equal((3, 500), (harness.Store.Appends, harness.Store.LargestAppend));
        harness.Check();
    }

    [Fact]
    public async Task A_batch_is_bounded()
    {
        await harness.CloseAsync();
        harness.Open(batch: 10);
        await harness.DepositManyAsync(200);
        Assert.InRange(harness.Store!.LargestAppend, 1, 10);
        harness.Check();
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        await harness.CloseAsync();
        harness.Open(queue: 2);
        using var gate = new Gate();
        harness.Store!.OnAppend = append =>
        {
            gate.Pass();
            return harness.Store.Inner.Append(append);
        };
        var inCommit = harness.DepositAsync();
        await gate.EnteredAsync(Cancellation);
        var waiting = new[] { harness.DepositAsync(), harness.DepositAsync() };
        var refused = await harness.TryDepositAsync(harness.NewRequest());
        Assert.Equal(DepositOutcome.QueueFull, refused.Outcome);
        Assert.True(harness.Ledger.Health.Issuing);
        harness.Store.OnAppend = null;
        gate.Allow();
        await Task.WhenAll([inCommit, .. waiting]);
        await harness.DepositAsync();
        harness.Check();
    }

    [Fact]
    public async Task The_same_bytes_get_the_same_certificate_whenever_they_come()
    {
        var request = harness.NewRequest();
        // In one batch, in flight, and afterwards.
        var together = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => harness.DepositAsync(request)));
        await harness.DepositManyAsync(20);
        var later = await harness.DepositAsync(request);
        await harness.ReopenAsync();
        var afterRestart = await harness.DepositAsync(request);
        foreach (var certificate in together.Append(later).Append(afterRestart))
        {
            Assert.Equal(together[0].Statement.ToArray(), certificate.Statement.ToArray());
            Assert.Equal(together[0].Claims.ToArray(), certificate.Claims.ToArray());
        }

        Assert.Equal(22UL, harness.Ledger.Latest.Checkpoint.Size);
        Assert.Equal(22UL, TlogProof.Parse(Encoding.UTF8.GetString(later.Proof.Span)).Checkpoint.Size);
        harness.Check();
    }

    [Fact]
    public async Task Of_two_requests_with_one_uuid_in_one_batch_the_first_counts()
    {
        using var gate = new Gate();
        harness.Store!.OnAppend = append =>
        {
            gate.Pass();
            return harness.Store.Inner.Append(append);
        };
        var blocker = harness.DepositAsync();
        await gate.EnteredAsync(Cancellation);
        var request = harness.NewRequest();
        var other = Change(request, asked => asked with { Items = 2 });
        var first = harness.DepositAsync(request);
        var second = harness.TryDepositAsync(other);
        var repeated = harness.DepositAsync(request);
        harness.Store.OnAppend = null;
        gate.Allow();
        await Task.WhenAll(blocker, first, repeated);
        AssertTaken(await second);
        Assert.Equal((await first).Claims.ToArray(), (await repeated).Claims.ToArray());
        Assert.Equal(3UL, harness.Ledger.Latest.Checkpoint.Size);
    }

    [Fact]
    public async Task A_uuid_that_is_taken_tells_nothing_to_other_bytes_or_another_account()
    {
        var request = harness.NewRequest();
        await harness.DepositAsync(request);
        AssertTaken(await harness.TryDepositAsync(Change(request, asked => asked with { Title = "Another" })));
        AssertTaken(await harness.TryDepositAsync(Change(request, asked => asked with { Account = "other" }), "other"));
        Assert.Equal(2UL, harness.Ledger.Latest.Checkpoint.Size);
    }

    [Fact]
    public async Task Claims_and_request_are_for_the_account_that_deposited()
    {
        var mine = await harness.DepositAsync();
        var theirs = await harness.DepositAsync(account: "other");
        foreach (var (account, own, foreign) in new[] { ("local", mine, theirs), ("other", theirs, mine) })
        {
            var seen = harness.Ledger.GetCertificate(account, IdOf(own))!;
            Assert.Equal(own.Claims.ToArray(), seen.Claims.ToArray());
            Assert.Equal(own.Request.ToArray(), seen.Request.ToArray());
            var withheld = harness.Ledger.GetCertificate(account, IdOf(foreign))!;
            Assert.Equal(foreign.Statement.ToArray(), withheld.Statement.ToArray());
            Assert.True(withheld.Claims.IsEmpty && withheld.Request.IsEmpty);
            Assert.Equal(IdOf(own), Assert.Single(harness.Ledger.ListDeposits(account, 10, null).Deposits).Deposit);
        }

        Assert.Null(harness.Ledger.GetCertificate("local", StoreContractTests.Id(4_711)));
    }

    [Fact]
    public async Task Requests_for_another_ledger_or_account_or_signed_by_another_name_are_refused()
    {
        AssertMalformed("ledger", harness.NewRequest(change: asked => asked with { Ledger = "localhost/other" }));
        AssertMalformed("account", harness.NewRequest("other"));
        var key = SigningKey.Create("local", new byte[32]);
        var signed = Encoding.UTF8.GetString(harness.NewRequest(key: key));
        AssertMalformed("signature", Encoding.UTF8.GetBytes(signed.Replace("\u2014 local ", "\u2014 other ", StringComparison.Ordinal)));
        Assert.Equal(1UL, harness.Ledger.Latest.Checkpoint.Size);
        await harness.DepositAsync(Encoding.UTF8.GetBytes(signed));
        harness.Check();
    }

    [Fact]
    public async Task Cancelling_ends_the_waiting_not_the_deposit()
    {
        using var gate = new Gate();
        harness.Store!.OnAppend = append =>
        {
            gate.Pass();
            return harness.Store.Inner.Append(append);
        };
        using var cancel = new CancellationTokenSource();
        var request = harness.NewRequest();
        var waiting = harness.Ledger.DepositAsync(Depositor.Local, request, cancel.Token);
        await gate.EnteredAsync(Cancellation);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        harness.Store.OnAppend = null;
        gate.Allow();
        await harness.DepositAsync(request);
        Assert.Equal(2UL, harness.Ledger.Latest.Checkpoint.Size);
    }

    [Fact]
    public async Task A_list_is_paged_newest_first_without_gaps()
    {
        for (var i = 0; i < 30; i++)
            await Task.WhenAll(harness.DepositAsync(), harness.DepositAsync(account: "other"), harness.DepositAsync());
        var all = new List<DepositSummary>();
        ulong? before = null;
        do
        {
            var page = harness.Ledger.ListDeposits("local", 7, before);
            all.AddRange(page.Deposits);
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal(60, all.Count);
        Assert.Equal(all.OrderByDescending(deposit => deposit.Index), all);
        var entries = harness.Entries();
        foreach (var deposit in all)
        {
            var statement = Statement.Parse(Encoding.UTF8.GetString(entries[(int)deposit.Index]));
            Assert.Equal(
                (statement.Deposit, statement.Received, statement.Commitment), (deposit.Deposit, deposit.Received, deposit.Commitment));
        }
    }

    [Fact]
    public async Task Consistency_proofs_lead_from_every_size_to_every_later_one()
    {
        await harness.DepositManyAsync(300);
        var leaves = harness.Entries().Select(entry => MerkleHash.Leaf(entry)).ToArray();
        for (var second = 1; second <= leaves.Length; second += 13)
        {
            for (var first = 1; first <= second; first += 11)
                Assert.Equal(
                    ReferenceTree.Consistency(first, leaves.AsSpan(0, second)),
                    harness.Ledger.ProveConsistency((ulong)first, (ulong)second).Path);
        }

        var latest = harness.Ledger.ProveConsistency(5, 0);
        Assert.Equal((301UL, harness.Ledger.Latest), (latest.Second, latest.Checkpoint));
        Assert.Null(harness.Ledger.ProveConsistency(5, 300).Checkpoint);
        foreach (var (first, second) in new[] { (0UL, 5UL), (6UL, 5UL), (1UL, 302UL), (302UL, 0UL) })
            Assert.Throws<ArgumentOutOfRangeException>(() => harness.Ledger.ProveConsistency(first, second));
    }

    [Fact]
    public async Task Tiles_that_no_checkpoint_covers_are_not_there()
    {
        await harness.DepositManyAsync(299);
        foreach (var tile in new[]
        {
            new TileId(0, 1, 45), new TileId(0, 1, 256), new TileId(0, 2, 1), new TileId(1, 0, 2), new TileId(2, 0, 1),
            new TileId(TileId.Entries, 1, 45), new TileId(63, 0, 1), new TileId(0, ulong.MaxValue, 256),
        })
            Assert.Null(harness.Ledger.ReadTile(tile));
        // Every width that was once the last stays readable.
        for (var width = 1; width <= 256; width++)
        {
            Assert.Equal(width * Hash.Size, harness.Ledger.ReadTile(new TileId(0, 0, width))!.Value.Length);
            Assert.NotNull(harness.Ledger.ReadTile(new TileId(TileId.Entries, 0, width)));
        }
    }

    [Fact]
    public async Task A_tile_or_entry_that_changed_under_the_ledger_is_not_handed_out()
    {
        await harness.DepositManyAsync(600);
        await harness.ReopenAsync();
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
        {
            database.Execute($"UPDATE tiles SET hashes = {LedgerHarness.Flip(1, "hashes")} WHERE id = 0");
            database.Execute($"UPDATE segments SET entries = {LedgerHarness.Flip(90, "entries")} WHERE first = (SELECT max(first) FROM segments)");
        }

        Assert.Throws<StoreDamagedException>(() => harness.Ledger.ReadTile(new TileId(0, 0, 256)));
        Assert.Throws<StoreDamagedException>(() => harness.Ledger.ReadTile(new TileId(TileId.Entries, 2, 89)));
        Assert.NotNull(harness.Ledger.ReadTile(new TileId(0, 1, 256)));
    }

    [Fact]
    public async Task Closing_answers_what_waits_and_refuses_what_comes_later()
    {
        var many = harness.DepositManyAsync(300);
        await harness.CloseAsync();
        await many;
        var late = await harness.TryDepositAsync(harness.NewRequest());
        Assert.Equal(DepositOutcome.Stopped, late.Outcome);
        harness.Open();
        Assert.Equal(301UL, harness.Ledger.Latest.Checkpoint.Size);
        harness.Check();
    }

    private static DepositId IdOf(IssuedCertificate certificate) =>
        Statement.Parse(Encoding.UTF8.GetString(certificate.Statement.Span)).Deposit;

    private static byte[] Change(byte[] request, Func<DepositRequest, DepositRequest> change) =>
        RequestBytes.Create(change(RequestBytes.Parse(request).Request), null).Bytes.ToArray();

    private static void AssertTaken(DepositResult result)
    {
        Assert.Equal(DepositOutcome.AlreadyExists, result.Outcome);
        Assert.Null(result.Certificate);
    }

    private void AssertMalformed(string field, byte[] request)
    {
        var error = Assert.Throws<MalformedException>(() => { _ = harness.TryDepositAsync(request).GetAwaiter().GetResult(); });
        Assert.Equal(("notary.request/v1", field), (error.Document, error.Field));
    }
}
