using Notary.Faults;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>Calls into the kernel fail under a running server; the long form is <c>notary-faults syscalls</c>.</summary>
public sealed class SyscallFaultTests
{
    [Theory]
    [InlineData(Scenario.FirstStart)]
    [InlineData(Scenario.Append)]
    [InlineData(Scenario.Stop)]
    internal async Task Every_promise_is_kept_when_a_call_fails(Scenario scenario) =>
        Assert.Equal(3, (await RunAsync(new SyscallOptions { Seed = Seeds.New(), Scenarios = [scenario], Faults = 3 })).Count);

    [Fact]
    public async Task A_stop_that_cannot_copy_its_log_into_the_database_is_orderly_and_says_so()
    {
        var outcomes = await RunAsync(new SyscallOptions { Seed = 1, Scenarios = [Scenario.Stop], Call = "pwrite64 ledger.db #1", Faults = 10 });
        Assert.Equal(4, outcomes.Count);
        Assert.All(outcomes, one => Assert.Equal(one.Fault == CallFault.Killed ? "ended with 137" : "ended with 0, which it says", one.Outcome));
    }

    private static async Task<IReadOnlyList<SyscallOutcome>> RunAsync(SyscallOptions options)
    {
        ExternalTool.Require("strace");
        try
        {
            return await new SyscallRun(options).RunAsync(TestContext.Current.CancellationToken);
        }
        catch (CannotRunException e)
        {
            // Containers may forbid ptrace, also in CI.
            Assert.Skip(e.Message);
            return [];
        }
    }
}
