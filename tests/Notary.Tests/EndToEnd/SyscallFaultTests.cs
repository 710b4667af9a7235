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
    internal async Task Every_promise_is_kept_when_a_call_fails(Scenario scenario)
    {
        ExternalTool.Require("strace");
        try
        {
            var options = new SyscallOptions { Seed = Seeds.New(), Scenarios = [scenario], Faults = 3 };
            Assert.Equal(3, (await new SyscallRun(options).RunAsync(TestContext.Current.CancellationToken)).Count);
        }
        catch (CannotRunException e)
        {
            // Containers may forbid ptrace, also in CI.
            Assert.Skip(e.Message);
        }
    }
}
