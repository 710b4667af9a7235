using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Backups of ledgers that live, stand still or are damaged, and putting them back.</summary>
public sealed class LedgerBackupTests : IDisposable
{
    private readonly LedgerFolders folders = new();

    public void Dispose() => folders.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(9_000)]
    public async Task A_backup_restores_to_the_same_ledger_that_its_own_mark_lets_start(int count)
    {
        await folders.GrowAsync("data", count);
        var backup = folders.Backup("data", "backup", withKey: true);
        Assert.Equal((LedgerFolders.Origin, (ulong)count + 1, true), (backup.Origin, backup.Entries, backup.HasKey));
        Assert.Equal(new FileInfo(folders.At("backup")).Length, backup.Length);
        folders.CopyMark("data", "restored");
        var restored = folders.Restore("backup", "restored");
        Assert.Equal(((ulong)count + 1, true, true, false), (restored.Check.Size, restored.HasKey, restored.MarkExists, restored.IsOlder));
        folders.CheckWhole("restored");
        await using var ledger = folders.Open("restored");
        Assert.Equal(count, folders.CheckCertificates(ledger));
        Assert.Equal(Math.Min(count, 1_000), ledger.ListDeposits("local", 1_000, null).Deposits.Count);
        await folders.DepositAsync(ledger, 3);
    }

    [Fact]
    public async Task A_backup_while_deposits_go_on_holds_all_that_was_acknowledged_before_it()
    {
        await folders.GrowAsync("data", 2_000);
        await using (var ledger = folders.Open("data"))
        {
            using var stop = new CancellationTokenSource();
            var busy = Task.Run(
                async () =>
                {
                    while (!stop.IsCancellationRequested)
                        await folders.DepositAsync(ledger, 50);
                },
                TestContext.Current.CancellationToken);
            for (var i = 0; i < 3; i++)
            {
                var before = ledger.Latest.Checkpoint.Size;
                Assert.InRange(folders.Backup("data", $"backup{i}").Entries, before, ulong.MaxValue);
            }

            await stop.CancelAsync();
            await busy;
            // However late the last backup was, the ledger has gone on since.
            await folders.DepositAsync(ledger, 1);
        }

        folders.CopyMark("data", "restored");
        Assert.True(folders.Restore("backup2", "restored", "data/ledger.key").IsOlder);
        folders.AssertServerRefuses("restored", "older", "recover");
        Assert.Equal(0UL, (await folders.RecoverAsync("restored", "data")).Lost);
        await using var again = folders.Open("restored");
        Assert.Equal(folders.Acknowledged.Count, folders.CheckCertificates(again));
    }

    [Fact]
    public async Task Only_its_owner_reads_a_backup_and_nothing_stays_beside_it()
    {
        await folders.GrowAsync("data", 10);
        folders.Backup("data", "out/../backup");
        Assert.Equal(["backup", "data", "data.mark"], Directory.EnumerateFileSystemEntries(folders.At("")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folders.At("backup")));
        var bytes = File.ReadAllBytes(folders.At("backup"));
        LedgerFolders.AssertRefused(["backup", "there already"], Assert.Throws<LedgerRefusedException>(() => folders.Backup("data", "backup")));
        Assert.Equal(bytes, File.ReadAllBytes(folders.At("backup")));
        Assert.False(bytes.AsSpan().IndexOf("PRIVATE"u8) >= 0);
    }

    [Fact]
    public async Task What_an_interrupted_backup_left_is_written_anew()
    {
        await folders.GrowAsync("data", 10);
        foreach (var name in new[] { ".backup.draft", ".backup.draft-wal", ".backup.draft-journal", ".backup.draft.lock" })
            File.WriteAllText(folders.At(name), "left behind");
        folders.Backup("data", "backup");
        Assert.Empty(Directory.EnumerateFiles(folders.At(""), ".backup*"));
        Assert.Equal(11UL, folders.Restore("backup", "restored").Check.Size);
    }

    [Theory]
    [InlineData("UPDATE segments SET entries = {flip 40 entries} WHERE first = (SELECT max(first) FROM segments)")]
    [InlineData("UPDATE segments SET records = {flip 40 records} WHERE first = (SELECT max(first) FROM segments)")]
    [InlineData("UPDATE head SET received = received + 1")]
    [InlineData("UPDATE head SET checkpoint = {flip 150 checkpoint}")]
    [InlineData("DELETE FROM segments WHERE first > 1")]
    [InlineData("DELETE FROM tiles WHERE id = 0")]
    public async Task A_damaged_ledger_is_not_backed_up(string damage)
    {
        await folders.GrowAsync("data", 300);
        using (var database = SqliteDatabase.Open(folders.Database("data"), readOnly: false))
            database.Execute(FsckTests.Flips(damage));
        LedgerFolders.AssertRefused(["fsck"], Assert.Throws<LedgerRefusedException>(() => folders.Backup("data", "backup")));
        Assert.Empty(Directory.EnumerateFiles(folders.At(""), "*backup*"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(5_000)]
    [InlineData(40_000)]
    [InlineData(-4_096)]
    [InlineData(-4_060)]
    [InlineData(-3_950)]
    [InlineData(-1)]
    public async Task One_changed_bit_anywhere_in_a_backup_is_refused_and_leaves_no_ledger(long at)
    {
        await folders.GrowAsync("data", 300);
        folders.Backup("data", "backup", withKey: true);
        folders.Flip("backup", at);
        var refusal = Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "restored"));
        Assert.True(refusal.IsVerdict, refusal.Message);
        Assert.True(!Directory.Exists(folders.At("restored")) || folders.Files("restored").Count == 0);
        Assert.Throws<LedgerRefusedException>(() => LedgerBackup.OpenSource(folders.At("backup"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_cut_lengthened_or_foreign_file_is_no_backup()
    {
        await folders.GrowAsync("data", 300);
        folders.Backup("data", "backup");
        var bytes = File.ReadAllBytes(folders.At("backup"));
        foreach (var other in new[] { [], bytes[..^1], bytes[..^4_096], bytes[4_096..], [.. bytes, 10], File.ReadAllBytes(folders.Database("data")) })
        {
            File.WriteAllBytes(folders.At("other"), other);
            LedgerFolders.AssertRefused(["other"], Assert.Throws<LedgerRefusedException>(() => folders.Restore("other", "restored")));
        }
    }

    [Fact]
    public async Task A_backup_is_never_restored_over_anything()
    {
        await folders.GrowAsync("data", 5);
        folders.Backup("data", "backup");
        await folders.GrowAsync("data", 5);
        var before = folders.Files("data");
        LedgerFolders.AssertRefused(["not empty", "ledger.db"], Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "data")));
        Assert.Equal(before, folders.Files("data"));
        Directory.CreateDirectory(folders.At("other"));
        File.WriteAllText(folders.At("other/notes.txt"), "x");
        LedgerFolders.AssertRefused(["notes.txt"], Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "other")));
        Assert.Equal(["notes.txt"], folders.Files("other").Keys);
        LedgerFolders.AssertRefused(["is a file"], Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "other/notes.txt")));
        await using var running = LedgerFolders.Open(folders.At("running"), "ledger.example.org/other");
        Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "running"));
    }

    [Fact]
    public async Task Key_and_mark_must_be_the_ledgers_own()
    {
        await folders.GrowAsync("data", 5);
        folders.Backup("data", "backup");
        await folders.GrowAsync("other", 5, "ledger.example.org/other");
        LedgerFolders.AssertRefused(["key"], Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "restored", "other/ledger.key")));
        Assert.Empty(folders.Files("restored"));
        folders.CopyMark("other", "restored");
        LedgerFolders.AssertRefused(["mark", "ledger.example.org/other"], Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "restored")));
        File.Delete(folders.At("restored.mark"));

        // The key may lie there first. Without the mark no server starts, and nothing makes a mark from what was restored.
        File.Copy(folders.At("data/ledger.key"), folders.At("restored/ledger.key"));
        Assert.False(folders.Restore("backup", "restored").MarkExists);
        folders.AssertServerRefuses("restored", "restored.mark", "missing");
        Assert.False(File.Exists(folders.At("restored.mark")));
        folders.CopyMark("data", "restored");
        await using var ledger = folders.Open("restored");
        Assert.Equal(6UL, ledger.Latest.Checkpoint.Size);
    }

    [Fact]
    public async Task A_key_that_lay_in_the_folder_is_never_deleted_and_a_file_that_is_none_leaves_nothing_there()
    {
        await folders.GrowAsync("data", 5);
        folders.Backup("data", "backup");
        await folders.GrowAsync("other", 5, "ledger.example.org/other");
        Directory.CreateDirectory(folders.At("restored"));
        File.Copy(folders.At("other/ledger.key"), folders.At("restored/ledger.key"));
        LedgerFolders.AssertRefused(
            ["key"], Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "restored", "restored/ledger.key")));
        Assert.Equal(File.ReadAllBytes(folders.At("other/ledger.key")), File.ReadAllBytes(folders.At("restored/ledger.key")));

        File.WriteAllText(folders.At("notes"), "no key");
        LedgerFolders.AssertRefused(["key"], Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "new", "notes")));
        Assert.Empty(folders.Files("new"));
        folders.CopyMark("data", "new");
        folders.Restore("backup", "new", "data/ledger.key");
        await folders.Open("new").DisposeAsync();
    }

    [Fact]
    public async Task Without_its_key_a_restored_ledger_does_not_start()
    {
        await folders.GrowAsync("data", 5);
        folders.Backup("data", "backup");
        folders.CopyMark("data", "restored");
        Assert.False(folders.Restore("backup", "restored").HasKey);
        folders.AssertServerRefuses("restored", "ledger.key", "missing");
    }

    [Fact]
    public async Task A_restore_cut_off_after_any_step_keeps_servers_off_and_is_completed_by_the_next()
    {
        await folders.GrowAsync("data", 300);
        var backup = folders.Backup("data", "backup", withKey: true);
        foreach (var steps in Enumerable.Range(0, 4))
        {
            var data = $"restored{steps}";
            folders.CopyMark("data", data);
            Directory.CreateDirectory(folders.At(data));
            File.WriteAllText(folders.At(data + "/ledger.lock"), "");
            if (steps > 0)
                File.WriteAllBytes(folders.At(data + "/ledger.db.draft"), File.ReadAllBytes(folders.At("backup"))[..(steps == 1 ? 5_000 : (int)backup.Length - 4_096)]);
            if (steps > 2)
                File.Copy(folders.At("data/ledger.key"), folders.At(data + "/ledger.key"));
            folders.AssertServerRefuses(data, steps == 0 ? "missing" : "interrupted");
            Assert.Equal(301UL, folders.Restore("backup", data).Check.Size);
            await using var ledger = folders.Open(data);
            Assert.Equal(300, folders.CheckCertificates(ledger));
        }
    }

    [Fact]
    public async Task A_folder_that_lost_its_database_takes_a_backup_although_a_start_was_tried()
    {
        await folders.GrowAsync("data", 5);
        folders.Backup("data", "backup");
        File.Delete(folders.Database("data"));
        folders.AssertServerRefuses("data", "ledger.db is missing", "restore");
        File.WriteAllText(folders.Database("data") + "-wal", "the log of the database that is gone");
        LedgerFolders.AssertRefused(["ledger.db-wal", "move it away"], Assert.Throws<LedgerRefusedException>(() => folders.Restore("backup", "data")));
        File.Delete(folders.Database("data") + "-wal");
        folders.Restore("backup", "data");
        await using var ledger = folders.Open("data");
        Assert.Equal(5, folders.CheckCertificates(ledger));
    }
}
