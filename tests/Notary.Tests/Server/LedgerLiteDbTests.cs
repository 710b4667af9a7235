using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Whole ledgers in LiteDB, and moving them there and back.</summary>
public sealed class LedgerLiteDbTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<(DepositId Deposit, byte[] Request, IssuedCertificate Certificate)> acknowledged = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => At("data");

    private string Database => At("data/ledger.db");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(5_000)]
    public async Task A_ledger_moves_there_and_back_and_goes_on_each_time(int count)
    {
        await GrowAsync(count, StoreKind.Sqlite);
        var report = Migrate(StoreKind.LiteDb);
        Assert.Equal((StoreKind.Sqlite, StoreKind.LiteDb, (ulong)count + 1), (report.From, report.To, report.Check.Size));
        AssertFiles();
        await GrowAsync(300);
        Assert.Equal((ulong)count + 301, Migrate(StoreKind.Sqlite).Check.Size);
        AssertFiles();
        await GrowAsync(10);
        Assert.Empty(Fsck.Run(Data, null, null, Cancellation).Findings);
    }

    [Fact]
    public async Task A_new_ledger_is_kept_in_LiteDB_unless_SQLite_is_asked_for()
    {
        await GrowAsync(3);
        Assert.Equal(StoreKind.LiteDb, LedgerStores.KindOf(Database));
        var refusal = Assert.Throws<LedgerRefusedException>(() => Open(StoreKind.Sqlite));
        Assert.Contains("litedb database", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("notary migrate", refusal.Hint, StringComparison.Ordinal);
        await GrowAsync(3, StoreKind.LiteDb);
    }

    [Fact]
    public async Task What_a_crash_leaves_of_a_move_harms_neither_ledger_nor_the_next_move()
    {
        await GrowAsync(50, StoreKind.Sqlite);
        Migrate(StoreKind.LiteDb);
        await GrowAsync(50);
        foreach (var name in (string[])["ledger.db.migrating", "ledger.db.migrating-log", "ledger.db.migrating.new", "ledger.db.migrating-wal"])
            await File.WriteAllTextAsync(At("data/" + name), "half a database", Cancellation);
        await GrowAsync(1);
        Assert.Empty(Fsck.Run(Data, null, null, Cancellation).Findings);
        Migrate(StoreKind.Sqlite);
        await GrowAsync(1);
    }

    [Fact]
    public async Task A_damaged_ledger_is_not_moved_and_not_touched()
    {
        await GrowAsync(600, StoreKind.Sqlite);
        var bytes = await File.ReadAllBytesAsync(Database, Cancellation);
        bytes[bytes.AsSpan().LastIndexOf("notary.claims/v1\nsalt "u8) + 30] ^= 1;
        await File.WriteAllBytesAsync(Database, bytes, Cancellation);
        var refusal = Assert.Throws<LedgerRefusedException>(() => Migrate(StoreKind.LiteDb));
        Assert.True(refusal.IsVerdict, refusal.Message);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Database, Cancellation));
        Assert.False(File.Exists(Database + ".migrating"));
    }

    [Fact]
    public async Task A_server_keeps_every_reader_and_move_off_its_ledger()
    {
        await using var ledger = Open(null);
        Assert.Contains("in use", Assert.Throws<LedgerRefusedException>(() => LedgerReader.Open(Data)).Message, StringComparison.Ordinal);
        Assert.Contains("in use", Assert.Throws<LedgerRefusedException>(() => Fsck.Run(Data, null, null, Cancellation)).Message, StringComparison.Ordinal);
        Assert.Contains("in use", Assert.Throws<LedgerRefusedException>(() => Migrate(StoreKind.Sqlite)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_taken_at_any_time_is_a_whole_ledger_with_all_that_was_acknowledged()
    {
        await GrowAsync(20);
        await using (var ledger = Open(null))
        {
            for (var i = 0; i < 5; i++)
            {
                await DepositAsync(ledger, 20);
                Directory.CreateDirectory(At("copy" + i));
                foreach (var name in (string[])["ledger.db", "ledger.db-log"])
                    await File.WriteAllBytesAsync(At($"copy{i}/{name}"), StoreLiteDbTests.Read(At("data/" + name)), Cancellation);
            }
        }

        for (var i = 0; i < 5; i++)
        {
            using var reader = LedgerReader.Open(At("copy" + i));
            Assert.Equal(21UL + (20UL * ((ulong)i + 1)), reader.Latest.Checkpoint.Size);
        }
    }

    private async Task GrowAsync(int count, StoreKind? kind = null)
    {
        await using var ledger = Open(kind);
        await DepositAsync(ledger, count);
        foreach (var (deposit, request, first) in acknowledged)
        {
            var again = ledger.GetCertificate("local", deposit)!;
            Assert.Equal(first.Statement.ToArray(), again.Statement.ToArray());
            Assert.Equal(first.Claims.ToArray(), again.Claims.ToArray());
            Assert.Equal(request, again.Request.ToArray());
        }

        Assert.Equal(Math.Min(acknowledged.Count, 1_000), ledger.ListDeposits("local", 1_000, null).Deposits.Count);
    }

    private async Task DepositAsync(Ledger ledger, int count)
    {
        var requests = Enumerable.Range(acknowledged.Count, count).Select(number => NewRequest(ledger.Origin, number)).ToList();
        var answers = await Task.WhenAll(requests.Select(request => ledger.DepositAsync(Depositor.Local, request, Cancellation)));
        foreach (var (request, answer) in requests.Zip(answers))
            acknowledged.Add((RequestBytes.Parse(request).Request.Deposit, request, Assert.IsType<IssuedCertificate>(answer.Certificate)));
    }

    private static byte[] NewRequest(string origin, int number) => RequestBytes.Create(
        new DepositRequest
        {
            Ledger = origin,
            Deposit = StoreContractTests.Id(number),
            Account = "local",
            Commitment = Hash.Of(BitConverter.GetBytes(number)),
            Items = 1,
            Nonce = Hash.Of(BitConverter.GetBytes(-number)),
            Kind = "trade-secret",
            Requested = DateTimeOffset.UnixEpoch,
        },
        null).Bytes.ToArray();

    private void AssertFiles() =>
        Assert.Equal(["ledger.db", "ledger.key", "ledger.lock"], Directory.EnumerateFiles(Data).Select(path => Path.GetFileName(path)).Order());

    private string At(string path) => Path.Combine(folder.Path, path);

    private Ledger Open(StoreKind? kind) =>
        Ledger.Open(new LedgerOptions { DataDirectory = Data, Store = kind }, NullLogger<Ledger>.Instance);

    private MigrationReport Migrate(StoreKind to) => LedgerMigration.Run(Data, to, null, Cancellation);
}
