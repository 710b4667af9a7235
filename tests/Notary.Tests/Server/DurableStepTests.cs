using Notary.Faults;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>
/// Every durable step of an append fails, fails but persists, or has the process killed at it. After each: restart, the
/// whole-ledger check, and every certificate ever acknowledged.
/// </summary>
public sealed class DurableStepTests : IAsyncDisposable
{
    private readonly LedgerHarness harness = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => harness.DisposeAsync();

    /// <summary>Failing after a step is failing although it persisted, but for what is only a part of the append.</summary>
    [Theory]
    [InlineData(DurableStep.MoveUuids, StepMoment.Before)]
    [InlineData(DurableStep.MoveUuids, StepMoment.After)]
    [InlineData(DurableStep.Append, StepMoment.Before)]
    [InlineData(DurableStep.Append, StepMoment.After)]
    [InlineData(DurableStep.WriteMark, StepMoment.Before)]
    [InlineData(DurableStep.WriteMark, StepMoment.After)]
    [InlineData(DurableStep.SyncMark, StepMoment.Before)]
    [InlineData(DurableStep.SyncMark, StepMoment.After)]
    internal async Task A_step_that_fails_stops_the_ledger_and_the_restart_keeps_every_promise(DurableStep step, StepMoment moment)
    {
        harness.RunSize = 64;
        harness.Open();
        await harness.DepositManyAsync(300);
        harness.AtStep = (reached, side) =>
        {
            if ((reached, side) == (step, moment))
                throw new IOException("the disk is gone");
        };
        var request = harness.NewRequest();
        var result = await harness.TryDepositAsync(request);
        // The mark is synced beside the answers: a deposit may have its certificate before the ledger stops.
        Assert.Equal(step == DurableStep.SyncMark ? DepositOutcome.Issued : DepositOutcome.Stopped, result.Outcome);
        Assert.IsType<IOException>(await harness.Ledger.Failure.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
        Assert.Equal(DepositOutcome.Stopped, (await harness.TryDepositAsync(harness.NewRequest())).Outcome);
        Assert.False(harness.Ledger.Health.Issuing);
        harness.AtStep = null;
        await harness.ReopenAsync();
        // A failed append that persisted is there; whoever sends the same bytes again gets its certificate.
        var isWritten = step != DurableStep.MoveUuids && (step, moment) != (DurableStep.Append, StepMoment.Before);
        Assert.Equal(isWritten ? 302UL : 301UL, harness.Ledger.Latest.Checkpoint.Size);
        harness.Check();
        await harness.DepositAsync(request);
        Assert.Equal(302UL, harness.Ledger.Latest.Checkpoint.Size);
        harness.Check();
        Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
    }

    /// <summary>
    /// In life after life some slices of a run move, and the next one fails before, after its rows are written, or with its
    /// append durable and the answer lost. Each life begins the run anew; the last one finishes it.
    /// </summary>
    [Fact]
    public async Task Uuids_whose_moving_is_cut_off_again_and_again_all_get_into_the_index_in_the_end()
    {
        harness.RunSize = 100;
        harness.Open();
        await harness.DepositManyAsync(120);
        (DurableStep, StepMoment)[] cuts = [(DurableStep.MoveUuids, StepMoment.Before), (DurableStep.MoveUuids, StepMoment.After), (DurableStep.Append, StepMoment.After)];
        for (var life = 0; life < 12; life++)
        {
            for (var slice = 0; slice < life % 4; slice++)
                await harness.DepositAsync();
            harness.AtStep = (step, moment) =>
            {
                if ((step, moment) == cuts[life % 3])
                    throw new IOException("the disk is gone");
            };
            Assert.Equal(DepositOutcome.Stopped, (await harness.TryDepositAsync(harness.NewRequest())).Outcome);
            harness.AtStep = null;
            await harness.ReopenAsync();
            harness.Check();
            Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
        }

        Assert.Equal(0L, Ask("SELECT min(first) FROM recent"));
        await harness.DepositManyAsync(400);
        Assert.True(Ask("SELECT min(first) FROM recent") > 120);
        Assert.True(Ask("SELECT count(*) FROM deposits") > 120);
        await harness.ReopenAsync();
        harness.Check();
        Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
    }

    /// <summary>By a process of its own that ends itself there, among deposits of several callers.</summary>
    [Theory]
    [InlineData(DurableStep.MoveUuids, StepMoment.Before)]
    [InlineData(DurableStep.MoveUuids, StepMoment.After)]
    [InlineData(DurableStep.Append, StepMoment.Before)]
    [InlineData(DurableStep.Append, StepMoment.After)]
    [InlineData(DurableStep.WriteMark, StepMoment.Before)]
    [InlineData(DurableStep.WriteMark, StepMoment.After)]
    [InlineData(DurableStep.SyncMark, StepMoment.Before)]
    [InlineData(DurableStep.SyncMark, StepMoment.After)]
    internal async Task A_process_killed_at_a_step_leaves_every_promise_kept(DurableStep step, StepMoment moment)
    {
        using var folder = new TemporaryFolder();
        var result = await new StepRun(Path.Combine(folder.Path, "data")).RunAsync(step, moment, kills: 2, Cancellation);
        Assert.True(result.Acknowledged > 0 || step == DurableStep.Append);
    }

    private long Ask(string sql)
    {
        using var database = SqliteDatabase.Open(harness.Database, readOnly: true);
        return database.QueryNumber(sql);
    }
}
