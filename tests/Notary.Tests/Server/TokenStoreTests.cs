using System.Text;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>The outside authorities' tokens on the disk: found, checked, copied, and not taken for something else.</summary>
public sealed class TokenStoreTests : IAsyncLifetime
{
    private const string First = "https://a.example/tsr";
    private const string Second = "https://b.example/tsr";

    private readonly LedgerHarness harness = new();
    private readonly TestAuthority authority = new();
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string File => Path.Combine(harness.Data, "timestamps.db");

    public async ValueTask InitializeAsync()
    {
        harness.Open();
        for (var i = 0; i < 5; i++)
        {
            await harness.DepositAsync();
            if (i % 2 == 0)
                Stamp(First);
        }

        Stamp(Second);
    }

    public async ValueTask DisposeAsync()
    {
        await harness.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(0, 2), InlineData(1, 2), InlineData(2, 4), InlineData(3, 4), InlineData(4, 6), InlineData(5, 6)]
    public void Of_each_authority_the_first_token_that_covers_an_entry_is_found(ulong index, ulong size)
    {
        var tokens = harness.Ledger.Tokens!.Find(index);

        Assert.Equal([(First, size), (Second, 6UL)], tokens.Select(token => (token.Authority, token.Size)));
        Assert.Empty(harness.Ledger.Tokens.Find(6));
        Assert.Equal((6UL, 0UL), (harness.Ledger.Tokens.LastSize(First), harness.Ledger.Tokens.LastSize("https://c.example/")));
    }

    [Fact]
    public async Task A_second_token_of_one_authority_over_one_checkpoint_changes_nothing()
    {
        var before = Assert.Single(harness.Ledger.Tokens!.Find(5), token => token.Authority == First);
        harness.Clock.Move(TimeSpan.FromDays(1));
        Stamp(First);

        var after = Assert.Single(harness.Ledger.Tokens!.Find(5), token => token.Authority == First);
        Assert.Equal(before.Token.ToArray(), after.Token.ToArray());
        await harness.CheckStoredAsync();
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "UPDATE token SET token = x'3003020100' WHERE rowid = 1", "cannot be read" },
        { "UPDATE token SET token = (SELECT token FROM token WHERE rowid = 2) WHERE rowid = 1", "is over other data" },
        { "UPDATE token SET checkpoint = x'6869' WHERE rowid = 1", "is over no checkpoint" },
        { "UPDATE token SET size = 3 WHERE rowid = 1", "holds another checkpoint than it is listed under" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Fsck_names_a_token_that_is_not_over_this_ledgers_history(string damage, string words)
    {
        await harness.CheckStoredAsync();
        await harness.CloseAsync();
        using (var database = SqliteDatabase.Open(File, readOnly: false))
            database.Execute(damage);

        var findings = Fsck.Run(harness.Data, null, null, Cancellation).Findings;

        var finding = Assert.Single(findings);
        Assert.Equal(FsckKind.Timestamp, finding.Kind);
        Assert.Contains(words, finding.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fsck_names_a_token_of_another_history_and_a_file_that_is_no_store()
    {
        var forged = SignedNote.Sign(new Checkpoint(harness.Ledger.Origin, 3, Hash.Of([])).ToText(), SigningKey.Parse((await System.IO.File.ReadAllTextAsync(harness.KeyFile, Cancellation)).TrimEnd('\n')));
        Add(Second, 3, Encoding.UTF8.GetBytes(forged.ToString()));
        var strange = SignedNote.Sign(harness.Ledger.Latest.Checkpoint.ToText(), SigningKey.Create(harness.Ledger.Origin, new byte[32]));
        Add("https://c.example/", 6, Encoding.UTF8.GetBytes(strange.ToString()));
        await harness.CloseAsync();

        var problems = Fsck.Run(harness.Data, null, null, Cancellation).Findings.Select(finding => finding.Problem).ToList();
        Assert.Equal(2, problems.Count);
        Assert.Contains(problems, problem => problem.Contains("is over another history", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("without a valid signature of the ledger's key", StringComparison.Ordinal));

        foreach (var ending in (string[])["", "-wal", "-shm"])
            System.IO.File.Delete(File + ending);
        await System.IO.File.WriteAllBytesAsync(File, new byte[5_000], Cancellation);
        Assert.Equal(FsckKind.Timestamp, Assert.Single(Fsck.Run(harness.Data, null, null, Cancellation).Findings).Kind);
    }

    [Fact]
    public void A_backup_takes_the_tokens_along_and_a_restore_brings_them_back()
    {
        var backup = Path.Combine(folder.Path, "ledger.backup");
        var report = LedgerBackup.Write(harness.Data, backup, withKey: true, TimeProvider.System, null, Cancellation);
        Assert.Equal(backup + ".timestamps", report.Timestamps);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(report.Timestamps!));
        var restored = Path.Combine(folder.Path, "restored");

        LedgerRestore.Run(backup, restored, harness.Mark, null, null, Cancellation);

        Assert.Equal(
            TokenStore.ReadAll(File).Select(token => (token.Authority, token.Size, Hash.Of(token.Token.Span))),
            TokenStore.ReadAll(Path.Combine(restored, "timestamps.db")).Select(token => (token.Authority, token.Size, Hash.Of(token.Token.Span))));
        Assert.Empty(Fsck.Run(restored, harness.Mark, null, Cancellation).Findings);
        // What is there already is not written over, the tokens neither.
        System.IO.File.Move(backup, backup + ".moved");
        var refused = Assert.Throws<LedgerRefusedException>(() => LedgerBackup.Write(harness.Data, backup, withKey: false, TimeProvider.System, null, Cancellation));
        Assert.Contains(backup + ".timestamps", refused.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fsck_tells_an_older_ledger_by_a_token_beyond_its_end()
    {
        var old = Path.Combine(folder.Path, "old.backup");
        LedgerBackup.Write(harness.Data, old, withKey: true, TimeProvider.System, null, Cancellation);
        var issued = await harness.DepositAsync();
        Stamp(First);
        var deposit = Statement.Parse(Encoding.UTF8.GetString(issued.Statement.Span)).Deposit;
        Assert.Single(harness.Ledger.GetCertificate("local", deposit)!.Timestamps);
        var restored = Path.Combine(folder.Path, "restored");
        LedgerRestore.Run(old, restored, Path.Combine(folder.Path, "no.mark"), null, null, Cancellation);
        SqliteFile.Copy(File, Path.Combine(folder.Path, "newer"));
        System.IO.File.Move(Path.Combine(folder.Path, "newer"), Path.Combine(restored, "timestamps.db"), overwrite: true);

        Assert.Contains(Fsck.Run(restored, Path.Combine(folder.Path, "no.mark"), null, Cancellation).Findings, finding => finding.Problem.Contains("it is an older copy", StringComparison.Ordinal));
    }

    private void Stamp(string name) => Add(name, harness.Ledger.Latest.Checkpoint.Size, harness.Ledger.Latest.Note);

    private void Add(string name, ulong size, ReadOnlyMemory<byte> note) =>
        harness.Ledger.UseTokens().Add(new StoredToken(name, size, note, authority.Stamp(note.Span, harness.Clock.GetUtcNow())));
}
