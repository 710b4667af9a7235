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

    /// <summary>Failing after a step is failing although it persisted.</summary>
    [Theory]
    [InlineData(DurableStep.Append, StepMoment.Before)]
    [InlineData(DurableStep.Append, StepMoment.After)]
    [InlineData(DurableStep.WriteMark, StepMoment.Before)]
    [InlineData(DurableStep.WriteMark, StepMoment.After)]
    [InlineData(DurableStep.SyncMark, StepMoment.Before)]
    [InlineData(DurableStep.SyncMark, StepMoment.After)]
    internal async Task A_step_that_fails_stops_the_ledger_and_the_restart_keeps_every_promise(DurableStep step, StepMoment moment)
    {
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
        Assert.Equal((step, moment) == (DurableStep.Append, StepMoment.Before) ? 301UL : 302UL, harness.Ledger.Latest.Checkpoint.Size);
        harness.Check();
        await harness.DepositAsync(request);
        Assert.Equal(302UL, harness.Ledger.Latest.Checkpoint.Size);
        harness.Check();
        Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);
    }

    /// <summary>By a process of its own that ends itself there, among deposits of several callers.</summary>
    [Theory]
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
}
