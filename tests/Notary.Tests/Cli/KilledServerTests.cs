using Notary.Faults;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>The server's promise: what it has acknowledged is on the ledger, whatever happens to the process.</summary>
public sealed class KilledServerTests
{
    [Fact]
    public async Task Every_promise_is_kept_after_each_kill()
    {
        var options = new KillOptions { Seed = Seeds.New(), Rounds = 6, Latest = TimeSpan.FromMilliseconds(400) };
        var result = await new KillRun(options).RunAsync(TestContext.Current.CancellationToken);
        Assert.True(result.Deposits > 0);
    }
}
