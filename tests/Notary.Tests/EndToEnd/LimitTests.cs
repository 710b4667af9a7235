using Notary.Faults;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>A real server runs out of room, rights and handles, and its clock steps.</summary>
public sealed class LimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_full_disk_a_read_only_folder_and_no_handles_break_no_promise() =>
        RunAsync("prlimit", say => new LimitRun(Seeds.New(), null, say).RunAsync(Cancellation));

    [Fact]
    public Task A_clock_that_steps_stops_the_issuing_and_breaks_no_promise() =>
        RunAsync("faketime", say => new ClockRun(Seeds.New(), null, say).RunAsync(Cancellation));

    private static async Task RunAsync(string tool, Func<Action<string>, Task> run)
    {
        ExternalTool.Require(tool);
        var said = new List<string>();
        try
        {
            await run(said.Add);
        }
        catch (CannotRunException e)
        {
            // Mounts need root, in CI as elsewhere.
            Assert.Skip(e.Message);
        }
        catch (FaultException e)
        {
            Assert.Fail($"{e.Message}\n{string.Join('\n', said)}");
        }
    }
}
