using Microsoft.Extensions.Logging.Abstractions;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Which store a folder gets and keeps, in every build.</summary>
public sealed class LedgerStoresTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_stores_have_the_names_that_the_option_takes()
    {
        foreach (var kind in Enum.GetValues<StoreKind>())
            Assert.Equal(kind, LedgerStores.Parse(LedgerStores.NameOf(kind)));
        Assert.Null(LedgerStores.Parse("postgres"));
    }

    [Fact]
    public async Task A_store_that_this_build_does_not_have_is_refused_before_anything_is_made()
    {
        Assert.SkipWhen(LedgerStores.Default == StoreKind.LiteDb, "this build has every store");
        var refusal = Assert.Throws<LedgerRefusedException>(() => Open(StoreKind.LiteDb));
        Assert.Contains("no LiteDB store", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("full", refusal.Hint, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Data, "ledger.key")));
        await Open(StoreKind.Sqlite).DisposeAsync();
        // Nor can a ledger be moved there.
        refusal = Assert.Throws<LedgerRefusedException>(() => Migrate(StoreKind.LiteDb));
        Assert.Contains("no LiteDB store", refusal.Message, StringComparison.Ordinal);
        await Open(null).DisposeAsync();
    }

    [Fact]
    public async Task A_database_of_a_store_that_this_build_does_not_have_is_named()
    {
        Assert.SkipWhen(LedgerStores.Default == StoreKind.LiteDb, "this build has every store");
        await Open(null).DisposeAsync();
        var page = new byte[8_192];
        "** This is a LiteDB file **"u8.CopyTo(page.AsSpan(32));
        await File.WriteAllBytesAsync(Path.Combine(Data, "ledger.db"), page, TestContext.Current.CancellationToken);
        Assert.Contains("no LiteDB store", Assert.Throws<LedgerRefusedException>(() => Open(null)).Message, StringComparison.Ordinal);
        Assert.Contains("notary migrate", Assert.Throws<LedgerRefusedException>(() => Open(StoreKind.Sqlite)).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moving_to_the_same_store_or_moving_nothing_is_refused()
    {
        await Open(StoreKind.Sqlite).DisposeAsync();
        Assert.Contains("already", Assert.Throws<LedgerRefusedException>(() => Migrate(StoreKind.Sqlite)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(folder.Path, "empty"));
        var refusal = Assert.Throws<LedgerRefusedException>(
            () => LedgerMigration.Run(Path.Combine(folder.Path, "empty"), StoreKind.Sqlite, null, TestContext.Current.CancellationToken));
        Assert.Contains("no ledger", refusal.Message, StringComparison.Ordinal);
    }

    private Ledger Open(StoreKind? kind) =>
        Ledger.Open(new LedgerOptions { DataDirectory = Data, Store = kind }, NullLogger<Ledger>.Instance);

    private MigrationReport Migrate(StoreKind to) => LedgerMigration.Run(Data, to, null, TestContext.Current.CancellationToken);
}
