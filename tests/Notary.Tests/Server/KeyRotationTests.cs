using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>A ledger goes over to another key, whole or not at all, and everybody who checks it can follow.</summary>
public sealed class KeyRotationTests : IAsyncDisposable
{
    private readonly LedgerHarness harness = new LedgerHarness().Open("ledger.example.org/main");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => harness.DisposeAsync();

    [Fact]
    public async Task Two_changes_leave_one_history_and_a_proof_for_whoever_trusts_an_older_key()
    {
        var first = harness.Ledger.Key;
        await harness.DepositManyAsync(300);
        var one = await ChangeAsync();
        Assert.Equal((first, 301UL, false), (one.Old, one.Index, one.IsResumed));
        AssertSignedBy(one.Old, one.New);
        Assert.Equal(302UL, harness.Ledger.Latest.Checkpoint.Size);
        await harness.DepositManyAsync(5);
        AssertSignedBy(one.New);
        var two = await ChangeAsync();
        await harness.DepositManyAsync(300);
        Assert.Equal(two.New, harness.Ledger.Key);
        harness.Check();
        await harness.ReopenAsync();
        harness.Check();
        AssertWhole();
        foreach (var change in new[] { one, two })
        {
            var proof = harness.Ledger.FindKeyChange(change.Old)!;
            Assert.Equal(change.New, proof.Change.New);
            Assert.Null(proof.WhyNot(Trusting(change.Old)));
            Assert.Equal(proof.ToText(), harness.Ledger.FindKeyChange(change.Old.KeyId)!.ToText());
        }

        Assert.Null(harness.Ledger.FindKeyChange(two.New));
        Assert.Null(harness.Ledger.FindKeyChange(0));
        using var reader = LedgerReader.Open(harness.Data);
        Assert.Equal(two.New, reader.Key);
        Assert.Equal([one.New, two.New], reader.KeyChanges.Select(change => change.Change.New));
    }

    [Fact]
    public async Task The_old_keys_file_is_deleted_or_kept_as_the_operator_says()
    {
        var first = harness.Ledger.Key;
        var one = await ChangeAsync();
        Assert.Null(one.KeptAt);
        Assert.Equal(["ledger.key"], KeyFiles());
        Assert.Equal(one.New, SigningKey.Parse(File.ReadAllText(harness.KeyFile).TrimEnd()).Verifier);
        var two = await ChangeAsync(keep: true);
        Assert.Equal(one.New, SigningKey.Parse(File.ReadAllText(two.KeptAt!).TrimEnd()).Verifier);
        Assert.Equal(2, KeyFiles().Length);
        Assert.NotEqual(first, two.Old);
        AssertWhole();
        if (OperatingSystem.IsWindows())
            return;
        foreach (var name in KeyFiles())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(harness.Data, name)));
    }

    [Fact]
    public async Task A_compromised_key_names_no_successor_that_clients_would_follow()
    {
        await harness.DepositAsync();
        var change = await ChangeAsync(compromised: true);
        Assert.Null(harness.Ledger.FindKeyChange(change.Old));
        await harness.DepositAsync();
        AssertSignedBy(change.New);
        harness.Check();
        AssertWhole();
        using var reader = LedgerReader.Open(harness.Data);
        Assert.Empty(reader.KeyChanges);
        // A later change from a key that is not compromised is followed as ever.
        var next = await ChangeAsync();
        Assert.Null(harness.Ledger.FindKeyChange(next.Old)!.WhyNot(Trusting(next.Old)));
        AssertWhole();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_that_failed_before_its_entry_is_undone_by_the_next_start(bool rerun)
    {
        var before = harness.Ledger.Key;
        await harness.DepositManyAsync(3);
        await FailAsync(store => store.OnAppend = _ => throw new StoreException("the disk is gone", isFatal: true));
        Assert.Equal(3, KeyFiles().Length);
        if (rerun)
        {
            var change = Change(keep: false);
            Assert.Equal((before, 4UL, false), (change.Old, change.Index, change.IsResumed));
            harness.Open();
            Assert.Equal(5UL, harness.Ledger.Latest.Checkpoint.Size);
        }
        else
        {
            harness.Open();
            Assert.Equal((before, 4UL), (harness.Ledger.Key, harness.Ledger.Latest.Checkpoint.Size));
        }

        Assert.Equal(["ledger.key"], KeyFiles());
        await harness.DepositAsync();
        harness.Check();
        AssertWhole();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_change_cut_off_after_its_entry_is_finished_by_the_next_start_and_by_running_it_again(bool rerun, bool raised)
    {
        var before = harness.Ledger.Key;
        await harness.DepositManyAsync(3);
        await FailAsync(store => store.OnAppend = append =>
        {
            store.Inner.Append(append);
            throw new StoreException("the answer was lost", isFatal: false);
        });
        // The ledger names the next key by now. fsck knows: this is no damage.
        AssertWhole();
        if (raised)
            Raise();
        if (rerun)
        {
            var change = Change(keep: false);
            Assert.Equal((before, 4UL, true), (change.Old, change.Index, change.IsResumed));
        }

        harness.Open();
        Assert.NotEqual(before, harness.Ledger.Key);
        Assert.Equal(5UL, harness.Ledger.Latest.Checkpoint.Size);
        // The copy had been asked for.
        Assert.Equal(["ledger.key", $"ledger.key.{before.KeyId:x8}"], KeyFiles());
        Assert.Null(harness.Ledger.FindKeyChange(before)!.WhyNot(Trusting(before)));
        await harness.DepositAsync();
        harness.Check();
        AssertWhole();
    }

    [Fact]
    public async Task A_disk_without_room_leaves_the_key_as_it_was()
    {
        var before = harness.Ledger.Key;
        await FailAsync(store => store.OnAppend = _ => AppendOutcome.NoRoom, "no room");
        Assert.Equal(["ledger.key"], KeyFiles());
        harness.Open();
        Assert.Equal(before, harness.Ledger.Key);
        AssertWhole();
    }

    [Fact]
    public async Task A_clock_that_went_back_leaves_the_key_as_it_was()
    {
        await harness.DepositAsync();
        harness.Clock.Move(TimeSpan.FromSeconds(-5));
        await FailAsync(_ => { }, "clock");
        Assert.Equal(["ledger.key"], KeyFiles());
        harness.Clock.Move(TimeSpan.FromSeconds(6));
        Change();
        harness.Open();
        await harness.DepositAsync();
        AssertWhole();
    }

    [Fact]
    public async Task A_ledger_that_is_served_and_a_folder_without_one_are_refused()
    {
        AssertRefused(["in use"], () => Change());
        await harness.CloseAsync();
        using var folder = new Support.TemporaryFolder();
        var empty = Path.Combine(folder.Path, "nothing");
        AssertRefused(["no ledger"], () => KeyRotation.Run(
            new LedgerOptions { DataDirectory = empty }, new KeyRotationChoice(false, false), NullLogger<Ledger>.Instance));
        Assert.False(Directory.Exists(empty));
        harness.Open();
    }

    [Fact]
    public async Task A_key_that_was_given_up_does_not_come_back()
    {
        await harness.DepositAsync();
        await harness.CloseAsync();
        var old = harness.Keep(harness.KeyFile);
        var change = Change();
        var current = harness.Keep(harness.KeyFile);
        // The head bears both signatures still.
        File.Copy(old, harness.KeyFile, overwrite: true);
        AssertRefused([harness.KeyFile, "given up", change.New.ToString()], () => harness.Open());
        Assert.Contains(FsckKind.Key, Findings().Select(finding => finding.Kind));
        File.Copy(current, harness.KeyFile, overwrite: true);
        harness.Open();
        await harness.DepositAsync();
        await harness.CloseAsync();
        File.Copy(old, harness.KeyFile, overwrite: true);
        AssertRefused(["given up"], () => harness.Open());
        File.Copy(current, harness.KeyFile, overwrite: true);
        harness.Open();
        harness.Check();
    }

    [Fact]
    public async Task An_older_database_is_refused_before_any_key_file_is_touched()
    {
        await harness.DepositAsync();
        await harness.CloseAsync();
        var older = harness.Keep(harness.Database);
        harness.Open();
        await FailAsync(store => store.OnAppend = append =>
        {
            store.Inner.Append(append);
            throw new StoreException("the answer was lost", isFatal: false);
        });
        Raise();
        var (newer, files) = (harness.Keep(harness.Database), KeyFiles());
        File.Copy(older, harness.Database, overwrite: true);
        AssertRefused(["older"], () => harness.Open());
        AssertRefused(["older"], () => Change());
        Assert.Equal(files, KeyFiles());
        File.Copy(harness.KeyFile + ".next", harness.KeyFile, overwrite: true);
        AssertRefused(["older"], () => harness.Open());
        File.Copy(newer, harness.Database, overwrite: true);
        harness.Open();
        harness.Check();
    }

    [Theory]
    [InlineData(FsckKind.AccountIndex, "key entry 3", "DELETE FROM accounts WHERE account = 'notary.key'")]
    [InlineData(FsckKind.AccountIndex, "account that lists entry 2", "INSERT INTO accounts VALUES ('notary.key', 2, x'00')")]
    [InlineData(FsckKind.Record, "records of entry 3", "UPDATE segments SET records = x'00000000' WHERE first = 3")]
    [InlineData(FsckKind.Record, "records of entry 3", "UPDATE segments SET records = {flip 60 records} WHERE first = 3")]
    [InlineData(FsckKind.Record, "records of entry 3", "UPDATE segments SET records = {flip 95 records} WHERE first = 3")]
    [InlineData(FsckKind.Record, "records of entry 3", "UPDATE segments SET records = {flip 160 records} WHERE first = 3")]
    [InlineData(FsckKind.Record, "records of entry 3", "UPDATE segments SET records = {flip 290 records} WHERE first = 3")]
    [InlineData(FsckKind.Entry, "entry 3", "UPDATE segments SET entries = {flip 120 entries} WHERE first = 3")]
    public async Task Damage_of_a_key_change_is_named(FsckKind kind, string place, string damage)
    {
        await harness.DepositAsync();
        await harness.DepositAsync();
        await ChangeAsync();
        await harness.DepositAsync();
        await harness.CloseAsync();
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
            database.Execute(FsckTests.Flips(damage));
        Assert.Contains((kind, place), Findings().Select(finding => (finding.Kind, finding.Place)));
    }

    [Theory]
    [InlineData("replayed")]
    [InlineData("another ledger's")]
    [InlineData("a proof by another key")]
    [InlineData("from a key that is not the ledger's")]
    [InlineData("back to the first key")]
    public async Task A_key_entry_that_does_not_continue_the_chain_is_refused_by_start_reader_and_fsck(string kind)
    {
        var first = harness.Ledger.Key;
        var change = await ChangeAsync();
        var own = SigningKey.Parse(File.ReadAllText(harness.KeyFile).TrimEnd());
        var (at, thief) = (Timestamp.RoundDown(harness.Clock.GetUtcNow()), SigningKey.Create(harness.Ledger.Origin, TestLedger.Seed(66)));
        var forged = KeyChange.Create(at, own.Verifier, thief);
        forged = kind switch
        {
            "replayed" => harness.Ledger.FindKeyChange(first)!.Change,
            "another ledger's" => KeyChange.Create(
                at, SigningKey.Create("a/b", TestLedger.Seed(1)).Verifier, SigningKey.Create("a/b", TestLedger.Seed(2))),
            "a proof by another key" => forged with { Proof = KeyChange.Create(at, first, own).Proof },
            "from a key that is not the ledger's" => KeyChange.Create(at, thief.Verifier, SigningKey.Create(harness.Ledger.Origin, TestLedger.Seed(67))),
            _ => KeyChange.Parse(KeyChange.Create(at, own.Verifier, thief).ToText()) with { New = first },
        };
        var head = new HeadLoader(harness.Store!.Inner, new TreeReader(harness.Store.Inner, new TileCache(16)), own.Verifier).Load();
        var entry = new NewEntry(Encoding.UTF8.GetBytes(forged.ToText()), default, default, null, KeyHistory.Account);
        harness.Store.Inner.Append(new LedgerBatch(head, [entry], at, own).Append);
        await harness.CloseAsync();
        Assert.Contains((FsckKind.Entry, "entry 2"), Findings().Select(finding => (finding.Kind, finding.Place)));
        AssertRefused(["entry 2"], () => harness.Open());
        AssertRefused(["entry 2"], () => LedgerReader.Open(harness.Data).Dispose());
        Assert.NotEqual(change.Old, change.New);
    }

    [Fact]
    public async Task What_is_kept_beside_a_key_entry_is_not_handed_out_unless_it_proves_the_change()
    {
        var change = await ChangeAsync();
        await harness.DepositAsync();
        await harness.CloseAsync();
        using (var database = SqliteDatabase.Open(harness.Database, readOnly: false))
            database.Execute(FsckTests.Flips("UPDATE segments SET records = {flip 100 records} WHERE first = 1"));
        harness.Open();
        Assert.Throws<StoreDamagedException>(() => harness.Ledger.FindKeyChange(change.Old));
    }

    private async Task<KeyRotationResult> ChangeAsync(bool keep = false, bool compromised = false)
    {
        await harness.CloseAsync();
        var result = Change(keep, compromised);
        harness.Open();
        return result;
    }

    private KeyRotationResult Change(bool keep = false, bool compromised = false, Func<ILedgerStore, ILedgerStore>? wrap = null) => KeyRotation.Run(
        new LedgerOptions { DataDirectory = harness.Data, TimeProvider = harness.Clock, WrapStore = wrap },
        new KeyRotationChoice(keep, compromised),
        NullLogger<Ledger>.Instance);

    /// <summary>A change that must fail, with a copy of the old key asked for; the ledger is closed afterwards.</summary>
    private async Task FailAsync(Action<FaultyStore> fault, string words = "interrupted")
    {
        await harness.CloseAsync();
        AssertRefused([words], () => Change(keep: true, wrap: inner =>
        {
            var store = new FaultyStore(inner);
            fault(store);
            return store;
        }));
    }

    /// <summary>What a change does after its entry is durable and before it ends.</summary>
    private void Raise()
    {
        using var store = SqliteStore.Open(harness.Database);
        using var mark = HighWaterMark.Open(harness.Mark);
        mark.Write(store.ReadHead()!.Checkpoint.Span);
        mark.Sync();
    }

    private string[] KeyFiles() =>
        [.. Directory.GetFiles(harness.Data, "ledger.key*").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private void AssertSignedBy(params VerifierKey[] keys)
    {
        var note = SignedNote.Parse(Encoding.UTF8.GetString(harness.Ledger.Latest.Note.Span));
        Assert.Equal(keys.Select(key => key.KeyId), note.Signatures.Select(signature => signature.KeyId));
        Assert.All(keys, key => Assert.Equal(NoteCheck.Valid, note.Check(key)));
    }

    private IReadOnlyList<FsckFinding> Findings() => Fsck.Run(harness.Data, null, null, Cancellation).Findings;

    private void AssertWhole() => Assert.Empty(Findings());

    private static TrustPolicy Trusting(VerifierKey key) => TrustPolicy.Parse(TrustPolicy.Format(key, null));

    private static void AssertRefused(string[] words, Action action)
    {
        var refusal = Assert.Throws<LedgerRefusedException>(action);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
        Assert.NotEmpty(refusal.Hint);
    }
}
