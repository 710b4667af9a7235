using System.Text;
using Notary.Cli;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Bringing an older database forward, from copies that are good, mistaken or malicious: nothing signs past a gap.</summary>
public sealed class LedgerRecoveryTests : IDisposable
{
    private readonly LedgerFolders folders = new();

    public void Dispose() => folders.Dispose();

    [Fact]
    public async Task An_export_brings_the_entries_back_and_says_whose_records_are_lost()
    {
        await MakeOlderAsync(300, 5_000);
        await folders.ExportAsync("data", "web");
        folders.AssertServerRefuses("older", "holds 301 entries", "saw 5301 entries", "last written at 20", "5000 entries are missing", "second history", "notary recover", "newest copy");

        var report = await folders.RecoverAsync("older", "web");

        Assert.Equal((LedgerFolders.Origin, 301UL, 5_301UL, 5_000UL, true), (report.Origin, report.Before, report.Now, report.Lost, report.MarkExists));
        var check = folders.CheckWhole("older");
        Assert.Equal((5_300UL, 0UL, 5_000UL), (check.Deposits, check.Erased, check.Lost));
        await using var ledger = folders.Open("older");
        Assert.Equal(300, folders.CheckCertificates(ledger));
        Assert.Equal(300, ledger.ListDeposits("local", 1_000, null).Deposits.Count);
        var (request, _) = folders.Acknowledged.Values.Last();
        var again = await ledger.DepositAsync(Depositor.Local, request.Bytes, TestContext.Current.CancellationToken);
        Assert.Equal(DepositOutcome.AlreadyExists, again.Outcome);
        Assert.Contains("lost", again.Reason, StringComparison.Ordinal);
        await folders.DepositAsync(ledger, 3);
        Assert.Equal(303, ledger.ListDeposits("local", 1_000, null).Deposits.Count);
        Assert.Equal(303, folders.CheckCertificates(ledger));
    }

    [Fact]
    public async Task What_was_lost_stays_counted_through_backup_restore_and_the_next_recovery()
    {
        await MakeOlderAsync(10, 20);
        await folders.ExportAsync("data", "web");
        await folders.RecoverAsync("older", "web");
        await folders.GrowAsync("older", 5);
        folders.Backup("older", "backup");
        folders.CopyMark("older", "restored");
        Assert.Equal(20UL, folders.Restore("backup", "restored", "data/ledger.key").Check.Lost);
        await folders.GrowAsync("older", 5);
        folders.CopyMark("older", "restored");
        Assert.Equal(0UL, (await folders.RecoverAsync("restored", "older")).Lost);
        Assert.Equal(20UL, folders.CheckWhole("restored").Lost);
        await using var ledger = folders.Open("restored");
        Assert.Equal(20, folders.CheckCertificates(ledger));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("backup")]
    public async Task Another_folder_or_a_newer_backup_brings_everything_back(string from)
    {
        await MakeOlderAsync(300, 600);
        folders.Backup("data", "backup");
        var report = await folders.RecoverAsync("older", from);
        Assert.Equal((301UL, 901UL, 0UL), (report.Before, report.Now, report.Lost));
        folders.CheckWhole("older");
        await using var ledger = folders.Open("older");
        Assert.Equal(900, folders.CheckCertificates(ledger));
    }

    [Fact]
    public async Task With_the_key_alone_a_ledger_comes_back_from_its_export()
    {
        await folders.GrowAsync("data", 300);
        await folders.ExportAsync("data", "web");
        Directory.CreateDirectory(folders.At("empty"));
        LedgerFolders.AssertRefused(["neither a database nor a key"], await Assert.ThrowsAsync<LedgerRefusedException>(() => folders.RecoverAsync("empty", "web")));
        File.Copy(folders.At("data/ledger.key"), folders.At("empty/ledger.key"));
        var report = await folders.RecoverAsync("empty", "web");
        Assert.Equal((0UL, 301UL, 300UL, false), (report.Before, report.Now, report.Lost, report.MarkExists));
        folders.AssertServerRefuses("empty", "empty.mark", "missing");
        folders.CopyMark("data", "empty");
        await using var ledger = folders.Open("empty");
        Assert.Equal(0, folders.CheckCertificates(ledger));
    }

    [Fact]
    public async Task A_copy_that_ends_before_the_mark_changes_nothing()
    {
        await folders.GrowAsync("data", 10);
        folders.Copy("data", "older");
        await folders.GrowAsync("data", 10);
        await folders.ExportAsync("data", "web");
        folders.Backup("data", "backup");
        await folders.GrowAsync("data", 1);
        folders.CopyMark("data", "older");
        foreach (var from in new[] { "web", "backup", "older" })
            await AssertRefusedAsync(from, "saw 22 entries", "the database at 11", "further");
    }

    [Fact]
    public async Task A_database_that_is_newer_or_as_new_has_nothing_to_recover()
    {
        await folders.GrowAsync("data", 10);
        await folders.ExportAsync("data", "web");
        var before = folders.Files("data");
        var report = await folders.RecoverAsync("data", "web");
        Assert.Equal((11UL, 11UL), (report.Before, report.Now));
        await folders.GrowAsync("data", 10);
        report = await folders.RecoverAsync("data", "web");
        Assert.Equal((21UL, 21UL, 0UL), (report.Before, report.Now, report.Lost));
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), folders.Files("data").Keys.Order(StringComparer.Ordinal));
        folders.CheckWhole("data");
    }

    [Fact]
    public async Task A_copy_of_another_ledger_or_under_another_key_changes_nothing()
    {
        await MakeOlderAsync(10, 20);
        await folders.GrowAsync("other", 50, "ledger.example.org/other");
        await folders.ExportAsync("other", "web");
        await AssertRefusedAsync("web", "ledger.example.org/other", LedgerFolders.Origin);
        await AssertRefusedAsync("other", "ledger.example.org/other");
        // The same name, another key.
        await folders.GrowAsync("namesake", 50);
        await folders.ExportAsync("namesake", "namesakes-web");
        await AssertRefusedAsync("namesakes-web", "has not signed");
        await AssertRefusedAsync("namesake", "has not signed");
    }

    [Theory]
    [InlineData("before the database ends")]
    [InlineData("after it, before the mark")]
    public async Task A_forked_copy_is_named_and_changes_nothing(string where)
    {
        await folders.GrowAsync("data", 5);
        folders.Copy("data", "fork", withMark: true);
        var early = where.StartsWith("before", StringComparison.Ordinal);
        if (!early)
            folders.Copy("data", "older");
        await folders.GrowAsync("data", 5);
        if (early)
            folders.Copy("data", "older");
        await folders.GrowAsync("data", 5);
        folders.CopyMark("data", "older");
        await folders.GrowAsync("fork", 40);
        await folders.ExportAsync("fork", "web");
        folders.Backup("fork", "backup");
        foreach (var from in new[] { "web", "fork", "backup" })
            await AssertRefusedAsync(from, "another history", early ? "two histories" : "mark");
    }

    [Fact]
    public async Task A_shorter_copy_of_another_history_is_named_although_the_database_needs_nothing()
    {
        await folders.GrowAsync("data", 5);
        folders.Copy("data", "fork", withMark: true);
        await folders.GrowAsync("data", 50);
        await folders.GrowAsync("fork", 5);
        await folders.ExportAsync("fork", "web");
        folders.Copy("data", "older", withMark: true);
        await AssertRefusedAsync("web", "another history", "two histories");
    }

    [Theory]
    [InlineData("tile/entries/002")]
    [InlineData("tile/entries/000")]
    [InlineData("tile/0/001")]
    [InlineData("tile/1/000.p/3")]
    [InlineData("checkpoint")]
    public async Task An_export_with_a_changed_bit_or_a_missing_file_changes_nothing(string file)
    {
        await MakeOlderAsync(300, 600);
        await folders.ExportAsync("data", "web");
        folders.Flip("web/" + file, file == "checkpoint" ? 40 : 100 % new FileInfo(folders.At("web/" + file)).Length);
        if (file != "tile/entries/000")
            await AssertRefusedAsync("web");
        File.Delete(folders.At("web/" + file));
        if (file != "tile/entries/000")
            await AssertRefusedAsync("web");
        else
            // Its entries are the database's own: they are not asked for.
            Assert.Equal(901UL, (await folders.RecoverAsync("older", "web")).Now);
    }

    [Fact]
    public async Task Another_folder_whose_records_were_changed_changes_nothing()
    {
        await MakeOlderAsync(300, 600);
        using (var database = SqliteDatabase.Open(folders.Database("data"), readOnly: false))
            database.Execute(FsckTests.Flips("UPDATE segments SET records = {flip 40 records} WHERE first = (SELECT max(first) FROM segments)"));
        await AssertRefusedAsync("data", "entry", "nothing was changed");
    }

    [Fact]
    public async Task Beside_a_running_server_nothing_is_recovered_or_restored()
    {
        await folders.GrowAsync("data", 5);
        folders.Copy("data", "older", withMark: true);
        await folders.GrowAsync("data", 5);
        await using (folders.Open("older"))
            LedgerFolders.AssertRefused(["in use"], await Assert.ThrowsAsync<LedgerRefusedException>(() => folders.RecoverAsync("older", "data")));
        Assert.Equal(11UL, (await folders.RecoverAsync("older", "data")).Now);
    }

    [Fact]
    public async Task A_server_that_was_killed_leaves_a_log_that_is_read_in_and_then_gone()
    {
        await folders.GrowAsync("data", 5);
        folders.Copy("data", "older");
        await using (var ledger = folders.Open("data"))
        {
            await folders.DepositAsync(ledger, 20);
            // As they stand while the server runs: the database is old, its log holds the newest entries.
            foreach (var name in new[] { "ledger.db", "ledger.db-wal" })
                File.Copy(folders.At("data/" + name), folders.At("older/" + name), overwrite: true);
            await folders.DepositAsync(ledger, 20);
        }

        folders.CopyMark("data", "older");
        var report = await folders.RecoverAsync("older", "data");
        Assert.Equal((26UL, 46UL), (report.Before, report.Now));
        Assert.False(File.Exists(folders.At("older/ledger.db-wal")));
        folders.CheckWhole("older");
    }

    [Fact]
    public async Task A_recovery_cut_off_after_any_step_keeps_servers_off_and_is_completed_by_the_next()
    {
        await MakeOlderAsync(10, 600);
        await folders.ExportAsync("data", "web");
        foreach (var steps in Enumerable.Range(0, 3))
        {
            folders.Copy("older", "cut", withMark: true);
            if (steps == 2)
                SqliteFile.MakePlain(folders.Database("cut"));
            var draft = File.ReadAllBytes(folders.Database("data"));
            File.WriteAllBytes(folders.At("cut/ledger.db.draft"), steps == 0 ? draft[..9_000] : draft);
            File.WriteAllText(folders.At("cut/ledger.db.draft-wal"), "left behind");
            folders.AssertServerRefuses("cut", "interrupted", "notary recover");
            Assert.Equal(611UL, (await folders.RecoverAsync("cut", "web")).Now);
            Assert.DoesNotContain(folders.Files("cut").Keys, name => name.Contains("draft", StringComparison.Ordinal));
            folders.CheckWhole("cut");
            Directory.Delete(folders.At("cut"), recursive: true);
        }
    }

    [Fact]
    public async Task An_older_export_continued_by_hand_with_made_up_entries_does_not_lead_to_the_signed_root()
    {
        await MakeOlderAsync(10, 20);
        using var reader = LedgerReader.Open(folders.At("data"));
        var entries = reader.ReadRecords(0).SelectMany(page => page).ToList();
        var changed = entries.ToList();
        changed[25] = entries[25] with { Entry = Encoding.UTF8.GetBytes("notary.other/v1\n") };
        (string, List<StoredEntry>)[] lies =
        [
            ("root", changed),
            ("missing", entries[..^1]),
            ("missing", [.. entries[..20], .. entries[21..]]),
            ("root", [.. entries[..11], .. entries[11..].Select(entry => entry with { Entry = entries[0].Entry, Claims = default, Request = default })]),
        ];
        foreach (var (word, lie) in lies)
        {
            using var source = new MadeUpSource(reader, lie);
            var before = folders.Files("older");
            LedgerFolders.AssertRefused([word], await Assert.ThrowsAsync<LedgerRefusedException>(
                () => LedgerRecovery.RunAsync(folders.At("older"), null, source, null, TestContext.Current.CancellationToken)));
            Assert.Equal(before, folders.Files("older"));
        }

        using var honest = new MadeUpSource(reader, [.. entries, .. entries.Select(entry => entry with { Index = entry.Index + 31 })]);
        Assert.Equal(31UL, (await LedgerRecovery.RunAsync(folders.At("older"), null, honest, null, TestContext.Current.CancellationToken)).Now);
        folders.CheckWhole("older");
    }

    /// <summary><c>data</c> with its mark, and <c>older</c>: it as it was, with the newer mark.</summary>
    private async Task MakeOlderAsync(int first, int more)
    {
        await folders.GrowAsync("data", first);
        folders.Copy("data", "older");
        await folders.GrowAsync("data", more);
        folders.CopyMark("data", "older");
    }

    private async Task AssertRefusedAsync(string from, params string[] words)
    {
        var before = folders.Files("older");
        var mark = File.ReadAllBytes(folders.At("older.mark"));
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => folders.RecoverAsync("older", from));
        Assert.True(refusal is LedgerRefusedException { IsVerdict: true } or CliException { ExitCode: ExitCode.Failed or ExitCode.Input }, refusal.ToString());
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
        Assert.Equal(before.Keys, folders.Files("older").Keys);
        Assert.Equal(before, folders.Files("older"));
        Assert.Equal(mark, File.ReadAllBytes(folders.At("older.mark")));
    }

    /// <summary>A true checkpoint over entries of a liar's choice.</summary>
    private sealed class MadeUpSource(LedgerReader reader, List<StoredEntry> entries) : LedgerSource
    {
        public override string Place => "made up";

        public override SignedCheckpoint Latest => reader.Latest;

        public override bool HasRecords => true;

        public override Task<Hash> RootAsync(ulong size, CancellationToken cancellation) => Task.FromResult(reader.RootAt(size));

        public override async IAsyncEnumerable<IReadOnlyList<StoredEntry>> ReadAsync(
            ulong first, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            yield return [.. entries.Where(entry => entry.Index >= first)];
            await Task.CompletedTask;
        }
    }
}
