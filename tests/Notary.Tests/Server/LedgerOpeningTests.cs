using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>First starts, later starts, and starts that must be refused.</summary>
public sealed class LedgerOpeningTests : IAsyncDisposable
{
    private readonly LedgerHarness harness = new();

    public ValueTask DisposeAsync() => harness.DisposeAsync();

    [Fact]
    public async Task The_first_start_makes_a_ledger_of_one_entry_and_the_next_finds_it()
    {
        harness.Open();
        var (origin, key) = (harness.Ledger.Origin, harness.Ledger.Key);
        Assert.Matches("^localhost/[0-9a-f]{8}$", origin);
        Assert.Equal(1UL, harness.Ledger.Latest.Checkpoint.Size);
        Assert.Equal(key, Genesis.Parse(Encoding.UTF8.GetString(harness.Entries()[0])).Key);
        harness.Check();
        await harness.ReopenAsync();
        Assert.Equal((origin, key, 1UL), (harness.Ledger.Origin, harness.Ledger.Key, harness.Ledger.Latest.Checkpoint.Size));
    }

    [Fact]
    public void Folder_and_files_are_the_owners_alone()
    {
        if (OperatingSystem.IsWindows())
            return;
        harness.Open();
        var file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(harness.Data));
        foreach (var path in Directory.GetFiles(harness.Data))
            Assert.Equal(file, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task The_origin_is_given_once_and_another_one_later_is_an_error_naming_both()
    {
        harness.Open("ledger.example.org/main");
        await harness.CloseAsync();
        harness.Open();
        Assert.Equal("ledger.example.org/main", harness.Ledger.Origin);
        await harness.CloseAsync();
        harness.Open("ledger.example.org/main");
        await harness.CloseAsync();
        AssertRefused(["ledger.example.org/main", "ledger.example.org/other"], () => harness.Open("ledger.example.org/other"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://Ledger.example.org")]
    [InlineData("a b")]
    public void A_name_that_is_no_origin_is_refused_and_nothing_is_made(string origin)
    {
        AssertRefused(["[a-z0-9./:-]"], () => harness.Open(origin));
        Assert.DoesNotContain(harness.KeyFile, Directory.GetFiles(harness.Data));
    }

    [Fact]
    public void A_second_server_on_the_folder_refuses_to_start()
    {
        harness.Open();
        AssertRefused([harness.Data, "in use"], () => Ledger.Open(
            new LedgerOptions { DataDirectory = harness.Data }, NullLogger<Ledger>.Instance));
    }

    [Fact]
    public async Task A_first_start_cut_off_after_any_step_is_completed_by_the_next()
    {
        harness.Open("ledger.example.org/main");
        await harness.CloseAsync();
        var (key, database) = (harness.Keep(harness.KeyFile), harness.Keep(harness.Database));
        var parsed = SigningKey.Parse(File.ReadAllText(key).TrimEnd());
        foreach (var steps in Enumerable.Range(0, 5))
        {
            Directory.Delete(harness.Data, recursive: true);
            Directory.CreateDirectory(harness.Data);
            File.Delete(harness.Mark);
            if (steps > 0)
                HighWaterMark.Create(harness.Mark);
            File.WriteAllText(harness.KeyFile + ".new", "half a draft of a key");
            if (steps > 1)
                File.Copy(key, harness.KeyFile);
            if (steps > 2)
                File.WriteAllBytes(harness.Database, []);
            if (steps > 3)
                File.Copy(database, harness.Database, overwrite: true);
            harness.Open(steps > 1 ? null : "ledger.example.org/main");
            Assert.Equal(("ledger.example.org/main", 1UL), (harness.Ledger.Origin, harness.Ledger.Latest.Checkpoint.Size));
            Assert.Equal(steps > 1, harness.Ledger.Key.Equals(parsed.Verifier));
            await harness.DepositManyAsync(3);
            await harness.CloseAsync();
            harness.Open();
            Assert.Equal(4UL, harness.Ledger.Latest.Checkpoint.Size);
            await harness.CloseAsync();
            Assert.Empty(Fsck.Run(harness.Data, null, null, TestContext.Current.CancellationToken).Findings);
        }
    }

    [Fact]
    public async Task A_restored_older_database_is_refused()
    {
        harness.Open();
        await harness.DepositManyAsync(10);
        await harness.CloseAsync();
        var older = harness.Keep(harness.Database);
        harness.Open();
        await harness.DepositAsync();
        await harness.CloseAsync();
        File.Copy(older, harness.Database, overwrite: true);
        AssertRefused(["older", "11 entries", "saw 12", "newest copy"], () => harness.Open());
        AssertRefused(["older"], () => harness.Open());
        Assert.Contains(FsckKind.Mark, Fsck.Run(harness.Data, null, null, TestContext.Current.CancellationToken).Findings.Select(finding => finding.Kind));
    }

    [Fact]
    public async Task A_database_that_is_gone_is_not_begun_anew()
    {
        harness.Open();
        await harness.DepositAsync();
        await harness.CloseAsync();
        File.Delete(harness.Database);
        AssertRefused(["missing", "newest copy"], () => harness.Open());
    }

    [Fact]
    public async Task A_missing_mark_beside_a_ledger_is_refused_until_the_operator_says_so()
    {
        harness.Open();
        await harness.DepositAsync();
        await harness.CloseAsync();
        File.Delete(harness.Mark);
        AssertRefused([harness.Mark, "missing", "empty file"], () => harness.Open());
        Assert.False(File.Exists(harness.Mark));
        File.WriteAllBytes(harness.Mark, []);
        harness.Open();
        await harness.DepositAsync();
        harness.Check();
    }

    [Fact]
    public async Task A_database_newer_than_its_mark_raises_the_mark()
    {
        harness.Open();
        await harness.DepositManyAsync(5);
        await harness.CloseAsync();
        var mark = harness.Keep(harness.Mark);
        harness.Open();
        await harness.DepositManyAsync(300);
        await harness.CloseAsync();
        var newer = harness.Keep(harness.Mark);
        File.Copy(mark, harness.Mark, overwrite: true);
        harness.Open();
        harness.Check();
        await harness.CloseAsync();
        Assert.Equal(HighWaterMark.Read(newer).ToArray(), HighWaterMark.Read(harness.Mark).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_database_of_another_history_than_its_mark_is_refused(int more)
    {
        harness.Open();
        await harness.CloseAsync();
        var (database, mark) = (harness.Keep(harness.Database), harness.Keep(harness.Mark));
        harness.Open();
        await harness.DepositAsync();
        await harness.CloseAsync();
        var seen = harness.Keep(harness.Mark);
        // The same key signs another first deposit: what a server on a restored backup would do.
        File.Copy(database, harness.Database, overwrite: true);
        File.Copy(mark, harness.Mark, overwrite: true);
        harness.Open();
        await harness.TryDepositAsync(harness.NewRequest());
        for (var i = 0; i < more; i++)
            await harness.TryDepositAsync(harness.NewRequest());
        await harness.CloseAsync();
        File.Copy(seen, harness.Mark, overwrite: true);
        AssertRefused(["another history", "2 entries"], () => harness.Open());
    }

    [Fact]
    public async Task Another_ledgers_mark_is_refused_naming_both()
    {
        await using var other = new LedgerHarness().Open("ledger.example.org/b");
        await other.CloseAsync();
        harness.Open("ledger.example.org/a");
        await harness.CloseAsync();
        AssertRefused(["ledger.example.org/a", "ledger.example.org/b"], () => harness.Open(mark: other.Mark));
    }

    [Fact]
    public async Task The_mark_may_stand_elsewhere()
    {
        var mark = Path.Combine(Path.GetDirectoryName(harness.Data)!, "elsewhere.mark");
        harness.Open(mark: mark);
        await harness.DepositAsync();
        await harness.CloseAsync();
        Assert.False(File.Exists(harness.Mark));
        harness.Open(mark: mark);
        harness.Check();
        await harness.CloseAsync();
        AssertRefused(["missing"], () => harness.Open());
    }

    [Fact]
    public async Task A_mark_that_a_power_cut_tore_is_tolerated_and_two_torn_slots_are_not()
    {
        harness.Open();
        await harness.DepositManyAsync(3);
        await harness.CloseAsync();
        var whole = File.ReadAllBytes(harness.Mark);
        for (var slot = 0; slot < 2; slot++)
        {
            var torn = whole.ToArray();
            torn.AsSpan(slot * 4_096 + 100, 200).Fill(0xFF);
            File.WriteAllBytes(harness.Mark, torn);
            harness.Open();
            await harness.CloseAsync();
        }

        whole = File.ReadAllBytes(harness.Mark);
        whole.AsSpan(100, 200).Fill(0xFF);
        whole.AsSpan(4_196, 200).Fill(0xFF);
        File.WriteAllBytes(harness.Mark, whole);
        AssertRefused(["damaged"], () => harness.Open());
    }

    [Fact]
    public async Task A_missing_or_foreign_key_is_refused()
    {
        harness.Open("ledger.example.org/main");
        await harness.DepositAsync();
        await harness.CloseAsync();
        var key = harness.Keep(harness.KeyFile);
        File.Delete(harness.KeyFile);
        AssertRefused([harness.KeyFile, "missing"], () => harness.Open());
        Assert.False(File.Exists(harness.KeyFile));
        File.WriteAllText(harness.KeyFile, SigningKey.Create("ledger.example.org/main", new byte[32]).ToSecretString() + "\n");
        AssertRefused(["not signed by the key"], () => harness.Open());
        File.WriteAllText(harness.KeyFile, "PRIVATE+KEY+secret+words");
        var refusal = AssertRefused([harness.KeyFile], () => harness.Open());
        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
        File.Copy(key, harness.KeyFile, overwrite: true);
        harness.Open();
    }

    [Theory]
    [InlineData("UPDATE head SET size = size + 1")]
    [InlineData("UPDATE head SET size = size - 1")]
    [InlineData("UPDATE head SET received = received - 1")]
    [InlineData("UPDATE head SET checkpoint = {flip 150 checkpoint}")]
    [InlineData("UPDATE head SET checkpoint = x'00'")]
    [InlineData("UPDATE tiles SET hashes = {flip 1 hashes} WHERE id = 0")]
    [InlineData("DELETE FROM tiles WHERE id = 1")]
    [InlineData("DELETE FROM segments WHERE first >= 512")]
    [InlineData("UPDATE segments SET entries = {flip 40 entries} WHERE first = (SELECT max(first) FROM segments)")]
    public async Task What_does_not_lead_to_the_signed_root_is_not_served(string damage)
    {
        harness.Open();
        await harness.DepositManyAsync(520);
        await harness.CloseAsync();
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
            database.Execute(FsckTests.Flips(damage));
        AssertRefused([harness.Database, "damaged", "fsck"], () => harness.Open());
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_an_error_that_names_it()
    {
        File.WriteAllText(harness.Data, "a file where the folder should be");
        AssertRefused([harness.Data], () => harness.Open());
        File.Delete(harness.Data);
    }

    private static LedgerRefusedException AssertRefused(string[] words, Action open)
    {
        var refusal = Assert.Throws<LedgerRefusedException>(open);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
        Assert.NotEmpty(refusal.Hint);
        return refusal;
    }
}
