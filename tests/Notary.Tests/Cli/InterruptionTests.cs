using System.Runtime.InteropServices;
using Notary.Cli;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>The first signal ends the work in good order, a second one ends the process, and none ends it with a trace.</summary>
public sealed class InterruptionTests : CliTest
{
    [Fact]
    public void A_signal_whose_handler_runs_after_the_work_has_ended_does_nothing()
    {
        var interruption = new Interruption();
        var (first, second) = (new PosixSignalContext(PosixSignal.SIGTERM), new PosixSignalContext(PosixSignal.SIGINT));
        interruption.Handle(first);
        Assert.True(first.Cancel && interruption.Token.IsCancellationRequested);
        interruption.Dispose();

        interruption.Handle(second);

        Assert.False(second.Cancel);
        var never = new Interruption();
        never.Dispose();
        never.Handle(new PosixSignalContext(PosixSignal.SIGTERM));
    }

    [Fact]
    public async Task However_many_signals_come_a_stopping_server_leaves_no_trace()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals");
        await using var server = NotaryProcess.Start("serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0");
        await server.FieldAsync("ready");

        var code = await server.SignalsAsync("TERM", 200);

        // In good order, or by the second signal.
        Assert.Contains(code, (int[])[0, 128 + 15]);
        Assert.Empty(server.Error);
        await RunAsync(0, "fsck", "--data", At("data"));
    }
}
