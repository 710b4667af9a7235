using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

public sealed class MigrateTests : CliTest
{
    [Fact]
    public async Task A_store_is_chosen_by_a_name_that_exists_and_for_a_folder_that_is_there()
    {
        var unknown = await RunAsync(2, "serve", "--data", At("data"), "--store", "postgres");
        Assert.Contains("neither sqlite nor litedb", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("no such folder", (await RunAsync(2, "migrate", "--data", At("data"), "--to", "sqlite")).Error, StringComparison.Ordinal);
        Assert.Contains("--to", (await RunAsync(2, "migrate", "--data", At("data"))).Error, StringComparison.Ordinal);
        Directory.CreateDirectory(At("empty"));
        Assert.Contains("no ledger", (await RunAsync(2, "migrate", "--data", At("empty"), "--to", "sqlite")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_the_build_lacks_is_refused_in_words()
    {
        Assert.SkipWhen(LedgerStores.Default == StoreKind.LiteDb, "this build has every store");
        var refused = await RunAsync(2, "serve", "--data", At("data"), "--store", "litedb");
        Assert.Contains("this build of notary has no LiteDB store", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("data/ledger.key")));
    }
}
