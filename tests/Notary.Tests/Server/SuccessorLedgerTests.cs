using System.Security.Cryptography;
using System.Text;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>A new ledger in the place of one that cannot go on.</summary>
public sealed class SuccessorLedgerTests : IDisposable
{
    private const string NewOrigin = "ledger.example.org/second";

    private readonly LedgerFolders folders = new();

    public void Dispose() => folders.Dispose();

    [Fact]
    public async Task Its_second_entry_names_the_newest_checkpoint_that_is_known_and_the_old_ledger_stays_refused()
    {
        await folders.GrowAsync("data", 10);
        folders.Copy("data", "older");
        await folders.GrowAsync("data", 20);
        folders.CopyMark("data", "older");
        var before = folders.Files("older");

        var report = Succeed("older", "new");

        Assert.Equal((31UL, 11UL, NewOrigin), (report.Predecessor.Size, report.Held, report.Key.Name));
        Assert.Equal(before, folders.Files("older"));
        folders.AssertServerRefuses("older", "second history");
        Assert.Equal(2UL, folders.CheckWhole("new").Size);
        using var old = LedgerReader.Open(folders.At("data"));
        await using var ledger = folders.Open("new");
        Assert.Equal((2UL, report.Key), (ledger.Latest.Checkpoint.Size, ledger.Key));
        var bundle = new TileId(TileId.Entries, 0, 2);
        var entries = EntryBundle.Parse(bundle, ledger.ReadTile(bundle)!.Value).Select(entry => Encoding.UTF8.GetString(entry.Span)).ToArray();
        Assert.Equal(report.Key, Genesis.Parse(entries[0]).Key);
        var notice = SuccessionNotice.Parse(entries[1]);
        Assert.Equal((NewOrigin, old.Key, old.Latest.Checkpoint), (notice.Ledger, notice.Predecessor, notice.Checkpoint));
        Assert.Equal(NoteCheck.Valid, notice.Note.Check(old.Key));
        await folders.DepositAsync(ledger, 3);
        Assert.Equal(5UL, ledger.Latest.Checkpoint.Size);
    }

    [Fact]
    public async Task Another_copy_may_know_a_newer_checkpoint()
    {
        await folders.GrowAsync("data", 10);
        folders.Copy("data", "older", withMark: true);
        await folders.GrowAsync("data", 20);
        await folders.GrowAsync("other", 90, "ledger.example.org/other");
        using (var foreign = LedgerBackup.OpenFolder(folders.At("other")))
            LedgerFolders.AssertRefused(["no checkpoint"], Assert.Throws<LedgerRefusedException>(() => Succeed("older", "new", foreign)));
        using var source = LedgerBackup.OpenFolder(folders.At("data"));
        Assert.Equal(31UL, Succeed("older", "new", source).Predecessor.Size);
    }

    [Fact]
    public async Task It_needs_a_name_and_a_folder_of_its_own_and_no_server_on_the_old_one()
    {
        await folders.GrowAsync("data", 10);
        LedgerFolders.AssertRefused(["origin"], Assert.Throws<LedgerRefusedException>(() => Succeed("data", "new", origin: LedgerFolders.Origin)));
        Assert.Throws<LedgerRefusedException>(() => Succeed("data", "new", origin: "Not An Origin"));
        Assert.False(Directory.Exists(folders.At("new")));
        LedgerFolders.AssertRefused(["not empty"], Assert.Throws<LedgerRefusedException>(() => Succeed("data", "data")));
        await using (folders.Open("data"))
            LedgerFolders.AssertRefused(["in use"], Assert.Throws<LedgerRefusedException>(() => Succeed("data", "new")));
        folders.CopyMark("data", "new");
        LedgerFolders.AssertRefused(["mark"], Assert.Throws<LedgerRefusedException>(() => Succeed("data", "new")));
        Assert.Throws<LedgerRefusedException>(() => Succeed("nowhere", "new"));
    }

    [Fact]
    public async Task Cut_off_after_any_step_no_ledger_begins_there_without_its_notice()
    {
        await folders.GrowAsync("data", 10);
        Succeed("data", "pattern");
        foreach (var steps in Enumerable.Range(1, 4))
        {
            var name = $"cut{steps}";
            Directory.CreateDirectory(folders.At(name));
            File.WriteAllText(folders.At(name + "/ledger.lock"), "");
            File.WriteAllBytes(folders.At(name + "/ledger.db.draft"), steps < 4 ? [] : File.ReadAllBytes(folders.Database("pattern"))[..9_000]);
            if (steps > 1)
                File.Copy(folders.At("pattern/ledger.key"), folders.At(name + "/ledger.key"));
            if (steps > 2)
                HighWaterMark.Create(folders.At(name + ".mark"));
            folders.AssertServerRefuses(name, "interrupted", "notary recover");
            var report = Succeed("data", name);
            await using var ledger = folders.Open(name);
            Assert.Equal((2UL, report.Key), (ledger.Latest.Checkpoint.Size, ledger.Key));
        }
    }

    [Fact]
    public async Task A_database_without_a_mark_names_its_own_checkpoint_and_a_folder_without_either_none()
    {
        await folders.GrowAsync("data", 10);
        File.Delete(folders.At("data.mark"));
        Assert.Equal(11UL, Succeed("data", "new").Predecessor.Size);
        File.Delete(folders.Database("data"));
        LedgerFolders.AssertRefused(["knows a checkpoint"], Assert.Throws<LedgerRefusedException>(() => Succeed("data", "newer")));
    }

    private SuccessorReport Succeed(string data, string to, LedgerSource? source = null, string origin = NewOrigin)
    {
        using var random = RandomNumberGenerator.Create();
        return SuccessorLedger.Open(
            folders.At(data), null, source, new LedgerOptions { DataDirectory = folders.At(to), Origin = origin, Randomness = random },
            TestContext.Current.CancellationToken);
    }
}
