using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Backups and copies of ledgers that changed their key in between: the newest key goes on, an older one never does.</summary>
public sealed class KeyChangeCopyTests : IDisposable
{
    private readonly LedgerFolders folders = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folders.Dispose();

    [Theory]
    [InlineData("data", 1)]
    [InlineData("data", 2)]
    [InlineData("newer", 1)]
    [InlineData("newer", 2)]
    [InlineData("web", 1)]
    [InlineData("web", 2)]
    public async Task A_backup_from_before_a_key_change_comes_forward_with_the_newest_key(string from, int changes)
    {
        var first = await MakeAsync(changes);
        RestoreOlder("data/ledger.key");
        folders.AssertServerRefuses("restored", "older", "second history");

        var report = await folders.RecoverAsync("restored", from);

        // Between the backup and the end stand 50 deposits and a key entry for each change.
        var size = 21UL + (ulong)(changes * 51);
        Assert.Equal((21UL, size, from == "web" ? (ulong)changes * 50 : 0), (report.Before, report.Now, report.Lost));
        folders.CheckWhole("restored");
        await using var ledger = folders.Open("restored");
        Assert.Equal(from == "web" ? 20 : 20 + (changes * 50), folders.CheckCertificates(ledger));
        // Whoever trusts the first key can still follow: the first checkpoint after each change came along.
        for (var (key, left) = (first, changes); left > 0; left--)
        {
            var proof = ledger.FindKeyChange(key)!;
            Assert.Null(proof.WhyNot(TrustPolicy.Parse(TrustPolicy.Format(key, null))));
            key = proof.Change.New;
            Assert.Equal(left == 1, key == ledger.Key);
        }

        await folders.DepositAsync(ledger, 3);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("newer")]
    [InlineData("web")]
    public async Task With_the_old_key_alone_nothing_is_recovered_and_the_newest_key_file_is_asked_for(string from)
    {
        await MakeAsync(1);
        RestoreOlder(key: null);
        folders.AssertServerRefuses("restored", "older");
        var before = folders.Files("restored");
        LedgerFolders.AssertRefused(
            ["has not signed", "newest key file"], await Assert.ThrowsAsync<LedgerRefusedException>(() => folders.RecoverAsync("restored", from)));
        Assert.Equal(before, folders.Files("restored"));

        File.Copy(folders.At("data/ledger.key"), folders.At("restored/ledger.key"), overwrite: true);
        Assert.Equal(72UL, (await folders.RecoverAsync("restored", from)).Now);
        await using (var ledger = folders.Open("restored"))
            await folders.DepositAsync(ledger, 1);
        // And the old one does not come back.
        File.Copy(folders.At("old.key"), folders.At("restored/ledger.key"), overwrite: true);
        folders.AssertServerRefuses("restored", "given up");
    }

    [Fact]
    public async Task An_export_without_the_proof_of_a_change_brings_the_ledger_back_and_no_proof()
    {
        var first = await MakeAsync(1);
        Directory.Delete(folders.At("web/key-change"), recursive: true);
        RestoreOlder("data/ledger.key");
        await folders.RecoverAsync("restored", "web");
        folders.CheckWhole("restored");
        await using var ledger = folders.Open("restored");
        Assert.Null(ledger.FindKeyChange(first));
        await folders.DepositAsync(ledger, 1);
    }

    [Fact]
    public async Task A_backup_from_after_a_change_needs_its_key_too_and_one_of_before_is_refused()
    {
        await folders.GrowAsync("data", 20);
        File.Copy(folders.At("data/ledger.key"), folders.At("old.key"));
        folders.ChangeKey("data");
        folders.Backup("data", "backup", withKey: true);
        folders.CopyMark("data", "restored");
        folders.Restore("backup", "restored", "old.key");
        folders.AssertServerRefuses("restored", "given up");
        Directory.Delete(folders.At("restored"), recursive: true);
        folders.Restore("backup", "restored");
        folders.CheckWhole("restored");
        await using var ledger = folders.Open("restored");
        Assert.Equal(20, folders.CheckCertificates(ledger));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_backup_after_a_change_that_was_cut_off_takes_the_key_that_the_entries_name(bool written)
    {
        await folders.GrowAsync("data", 20);
        Assert.Throws<LedgerRefusedException>(() => folders.ChangeKey("data", wrap: inner =>
        {
            var store = new FaultyStore(inner);
            store.OnAppend = append =>
            {
                if (written)
                    inner.Append(append);
                throw new StoreException("the answer was lost", isFatal: true);
            };
            return store;
        }));
        Assert.True(File.Exists(folders.At("data/ledger.key.next")));
        folders.Backup("data", "backup", withKey: true);
        // The mark was not raised any more: the next start would do that.
        folders.CopyMark("data", "restored");
        folders.Restore("backup", "restored");
        await using var ledger = folders.Open("restored");
        Assert.Equal(written ? 22UL : 21UL, ledger.Latest.Checkpoint.Size);
        await folders.DepositAsync(ledger, 1);
    }

    [Fact]
    public async Task A_key_that_the_entries_do_not_name_is_not_put_into_a_backup()
    {
        await folders.GrowAsync("data", 5);
        File.Copy(folders.At("data/ledger.key"), folders.At("old.key"));
        folders.ChangeKey("data");
        File.Copy(folders.At("old.key"), folders.At("data/ledger.key"), overwrite: true);
        LedgerFolders.AssertRefused(
            ["ledger.key", "entries name"], Assert.Throws<LedgerRefusedException>(() => folders.Backup("data", "backup", withKey: true)));
        Assert.False(File.Exists(folders.At("backup")));
        folders.Backup("data", "backup");
    }

    [Fact]
    public async Task The_thief_of_an_old_key_cannot_have_a_history_of_his_recovered()
    {
        await folders.GrowAsync("data", 20);
        folders.Backup("data", "backup");
        // He has the key and the ledger as it was, and goes on from there, further than the ledger itself.
        folders.Copy("data", "thief", withMark: true);
        await folders.GrowAsync("thief", 500);
        await folders.ExportAsync("thief", "thiefs-web");
        folders.ChangeKey("data", compromised: true);
        await folders.GrowAsync("data", 50);
        RestoreOlder("data/ledger.key");
        foreach (var from in new[] { "thief", "thiefs-web" })
            LedgerFolders.AssertRefused(["another history", "mark"], await Assert.ThrowsAsync<LedgerRefusedException>(() => folders.RecoverAsync("restored", from)));
        await folders.RecoverAsync("restored", "data");
        folders.CheckWhole("restored");
    }

    /// <summary><c>data</c> with its key changed so often, a <c>backup</c> and <c>old.key</c> of before, and all of it in <c>newer</c> and <c>web</c>.</summary>
    private async Task<VerifierKey> MakeAsync(int changes)
    {
        await folders.GrowAsync("data", 20);
        folders.Backup("data", "backup", withKey: true);
        File.Copy(folders.At("data/ledger.key"), folders.At("old.key"));
        var first = folders.ChangeKey("data").Old;
        await folders.GrowAsync("data", 50);
        for (var more = 1; more < changes; more++)
        {
            folders.ChangeKey("data");
            await folders.GrowAsync("data", 50);
        }

        folders.Backup("data", "newer");
        await folders.ExportAsync("data", "web");
        return first;
    }

    private void RestoreOlder(string? key)
    {
        folders.CopyMark("data", "restored");
        var report = folders.Restore("backup", "restored", key);
        Assert.True(report is { HasKey: true, IsOlder: true, Check.Size: 21 });
    }
}
