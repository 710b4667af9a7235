using System.Globalization;
using Notary.Server;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>
/// Damage to whatever the database holds: its tables and columns are asked of the database itself, so that none is
/// forgotten. <see cref="FsckTests"/> says how each is to be named.
/// </summary>
public sealed class FsckDamageTests : IAsyncDisposable
{
    private const int Deposits = 600;

    private static readonly Dictionary<string, FsckKind[]> Expected = new(StringComparer.Ordinal)
    {
        ["head"] = [FsckKind.Head],
        ["segments"] = [FsckKind.Entry, FsckKind.Record],
        ["tiles"] = [FsckKind.Tile],
        ["recent"] = [FsckKind.DepositIndex],
        ["deposits"] = [FsckKind.DepositIndex],
        ["accounts"] = [FsckKind.AccountIndex],
    };

    private static readonly string[] Places = ["1", "2", "3", "length({0}) / 2", "length({0}) - 40", "length({0})"];

    private readonly LedgerHarness harness = new LedgerHarness().Open("ledger.example.org/main");
    private string pristine = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => harness.DisposeAsync();

    [Fact]
    public async Task Every_column_of_every_table_is_looked_at()
    {
        await FillAsync();
        var tables = Ask("SELECT name FROM sqlite_schema WHERE type = 'table'");
        Assert.Equal(Expected.Keys.Order(StringComparer.Ordinal), tables.Order(StringComparer.Ordinal));
        var damages = 0;
        foreach (var table in tables)
        {
            foreach (var row in Rows(table))
            {
                damages += Damage(table, $"DELETE FROM {table} WHERE {row}");
                foreach (var column in Ask($"SELECT name FROM pragma_table_info('{table}')"))
                {
                    foreach (var change in Changes(Type(table, column)))
                        damages += Damage(table, $"UPDATE {table} SET {column} = {string.Format(CultureInfo.InvariantCulture, change, column)} WHERE {row}");
                }
            }
        }

        // Some changes are refused by the database itself.
        Assert.True(damages > 150, $"{damages} damages");
    }

    [Fact]
    public async Task No_changed_byte_of_the_file_that_changes_a_row_slips_through()
    {
        await FillAsync();
        var whole = await File.ReadAllBytesAsync(pristine, Cancellation);
        var expected = Dump();
        var (seed, changed) = (Seeds.New(), 0);
        var random = new Random(seed);
        for (var i = 0; i < 150; i++)
        {
            var bytes = whole.AsSpan().ToArray();
            var at = random.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(harness.Database, bytes, Cancellation);
            var isSame = Dump() == expected;
            changed += isSame ? 0 : 1;
            Assert.True(isSame || IsFound(out _), $"seed {seed}: byte {at} of the database changed a row, and fsck says that the ledger is whole");
        }

        Assert.True(changed > 10, $"{changed} changed");
    }

    [Fact]
    public async Task A_file_cut_off_or_overwritten_anywhere_is_found()
    {
        await FillAsync();
        var whole = await File.ReadAllBytesAsync(pristine, Cancellation);
        var expected = Dump();
        var (seed, changed) = (Seeds.New(), 0);
        var random = new Random(seed);
        for (var i = 0; i < 30; i++)
        {
            var at = random.Next(whole.Length);
            await File.WriteAllBytesAsync(harness.Database, whole.AsMemory(0, at), Cancellation);
            Assert.True(IsFound(out _), $"seed {seed}: cut off at {at}");
            var page = random.Next(whole.Length / 4096) * 4096;
            var zeroed = whole.AsSpan().ToArray();
            zeroed.AsSpan(page, 4096).Clear();
            await File.WriteAllBytesAsync(harness.Database, zeroed, Cancellation);

            // A page that no row uses any more may hold anything.
            var isSame = Dump() == expected;
            changed += isSame ? 0 : 1;
            Assert.True(isSame || IsFound(out _), $"seed {seed}: zeros from {page}");
        }

        Assert.True(changed > 10, $"{changed} changed");
    }

    [Fact]
    public async Task Every_byte_of_mark_and_key_counts()
    {
        await harness.DepositManyAsync(3);
        await harness.ReopenAsync();
        await harness.CloseAsync();
        AssertWhole();
        foreach (var path in (string[])[harness.KeyFile, harness.Mark])
        {
            var bytes = await File.ReadAllBytesAsync(path, Cancellation);
            for (var at = 0; at < bytes.Length; at += path == harness.Mark ? 7 : 1)
            {
                // Beyond a slot's note nothing is stored.
                if (bytes[at] == 0)
                    continue;
                var changed = bytes.AsSpan().ToArray();
                changed[at] ^= 1;
                await File.WriteAllBytesAsync(path, changed, Cancellation);
                var findings = Fsck.Run(harness.Data, null, null, Cancellation).Findings;
                Assert.True(findings.Any(finding => finding.Kind is FsckKind.Key or FsckKind.Mark), $"byte {at} of {Path.GetFileName(path)}");
            }

            await File.WriteAllBytesAsync(path, bytes, Cancellation);
            AssertWhole();
        }
    }

    private async Task FillAsync()
    {
        for (var i = 0; i < 6; i++)
            await harness.DepositManyAsync(Deposits / 6);
        await harness.CloseAsync();
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
            MoveIntoIndex(database);
        pristine = harness.Keep(harness.Database);
        AssertWhole();
    }

    /// <summary>Half of the uuids as they are in a ledger that is older: moved from the newest rows into the index.</summary>
    private static void MoveIntoIndex(SqliteDatabase database)
    {
        database.Execute("""
            WITH RECURSIVE place(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM place WHERE n < 1023),
            moved(uuid, entry) AS (SELECT substr(uuids, 16 * n + 1, 16), first + n FROM recent, place WHERE n < length(uuids) / 16 AND first < 300)
            INSERT INTO deposits(uuid, entry) SELECT uuid, entry FROM moved WHERE uuid <> zeroblob(16)
            """);
        database.Execute("DELETE FROM recent WHERE first < 300");
        database.QueryNumber("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>The first, the last and one between, each by its key.</summary>
    private List<string> Rows(string table)
    {
        var count = int.Parse(Ask($"SELECT count(*) FROM {table}")[0], CultureInfo.InvariantCulture);
        var key = string.Join(", ", Ask($"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0"));
        return [.. new[] { 0, count / 2, count - 1 }.Distinct().Select(row => $"({key}) = (SELECT {key} FROM {table} LIMIT 1 OFFSET {row})")];
    }

    private string Type(string table, string column) => Ask($"SELECT type FROM pragma_table_info('{table}') WHERE name = '{column}'")[0];

    private static string[] Changes(string type) => type switch
    {
        "INTEGER" => ["{0} + 1", "{0} - 1", "0", "-1", "{0} + 4294967296", "9223372036854775807", "-9223372036854775808"],
        "TEXT" => ["{0} || 'x'", "''", "upper({0})"],
        _ =>
        [
            "zeroblob(0)", "x'00'", "zeroblob(length({0}))", "CAST({0} || x'00' AS BLOB)", "substr({0}, 1, length({0}) - 1)", "substr({0}, 2)",
            .. Places.Select(at =>
                $"CAST(substr({{0}}, 1, {at} - 1) || CASE substr({{0}}, {at}, 1) WHEN x'41' THEN x'42' ELSE x'41' END || substr({{0}}, {at} + 1) AS BLOB)"),
        ],
    };

    /// <summary>Does one damage, expects it to be found, and undoes it. 0 when it changed nothing.</summary>
    private int Damage(string table, string sql)
    {
        var before = Dump();
        try
        {
            using var database = SqliteDatabase.Open(harness.Database, readOnly: false);
            database.Execute(sql);
        }
        catch (SqliteException)
        {
            // Two rows with one key, or no row at all.
            return 0;
        }

        var isChanged = Dump() != before;
        if (isChanged)
        {
            Assert.True(IsFound(out var kinds), $"not found: {sql}");
            Assert.True(kinds.Any(kind => kind == FsckKind.Store || Expected[table].Contains(kind)), $"found as {string.Join(", ", kinds)}: {sql}");
        }

        File.Copy(pristine, harness.Database, overwrite: true);
        return isChanged ? 1 : 0;
    }

    /// <summary>Whether the check says anything but whole. Any exception but a refusal fails the test.</summary>
    private bool IsFound(out IReadOnlyList<FsckKind> kinds)
    {
        kinds = [];
        try
        {
            kinds = [.. Fsck.Run(harness.Data, null, null, Cancellation).Findings.Select(finding => finding.Kind)];
            return kinds.Count > 0;
        }
        catch (LedgerRefusedException)
        {
            return true;
        }
    }

    private void AssertWhole() => Assert.Empty(Fsck.Run(harness.Data, null, null, Cancellation).Findings);

    /// <summary>Every row of every table; something else when they cannot be read.</summary>
    private string Dump()
    {
        try
        {
            return string.Join('\n', Expected.Keys.Select(table =>
            {
                var columns = Ask($"SELECT name FROM pragma_table_info('{table}')").Select(column => $"quote({column})");
                return string.Join('\n', Ask($"SELECT {string.Join(" || ',' || ", columns)} FROM {table}"));
            }));
        }
        catch (SqliteException)
        {
            return "unreadable";
        }
    }

    private List<string> Ask(string sql)
    {
        using var database = SqliteDatabase.Open(harness.Database, readOnly: true);
        using var statement = database.Prepare(sql);
        var values = new List<string>();
        while (statement.Step())
            values.Add(statement.Text(0));
        return values;
    }
}
