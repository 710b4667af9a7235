using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

public sealed class PendingJournalTests : CliTest
{
    private static readonly PendingRun Run = new("http://127.0.0.1:7070", "out/trust", "quorum none\n");

    [Fact]
    public void What_was_written_is_read_back()
    {
        var deposits = Deposits(3);
        var path = WriteJournal(deposits);

        using var journal = PendingJournal.Open(path)!;

        Assert.True(journal.IsReady);
        Assert.Equal(Run, journal.Run);
        Assert.Equal(3, journal.Count);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(deposits[i].EvidenceName, journal[i].EvidenceName);
            Assert.Equal(deposits[i].Seed, journal[i].Seed);
            Assert.Equal(deposits[i].Request.Bytes.ToArray(), journal[i].Request.Bytes.ToArray());
            Assert.Equal(deposits[i].Manifest.ToText(), journal[i].Manifest.ToText());
        }
    }

    [Fact]
    public void It_is_its_owners_alone()
    {
        var path = WriteJournal(Deposits(1));

        Assert.Equal(DurableFile.Private, Mode(path));
        Assert.Equal(DurableFile.PrivateFolder, Mode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Cut_anywhere_before_its_end_it_says_that_nothing_was_sent()
    {
        var path = WriteJournal(Deposits(2));
        var bytes = File.ReadAllBytes(path);

        for (var length = bytes.Length - 1; length >= 0; length -= 3)
        {
            File.WriteAllBytes(path, bytes[..length]);
            using var journal = PendingJournal.Open(path)!;
            Assert.False(journal.IsReady, $"cut at {length} of {bytes.Length}");
        }
    }

    [Fact]
    public void Zeros_that_a_crash_left_behind_a_torn_record_are_ignored()
    {
        var path = WriteJournal(Deposits(2), seal: false);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, [.. bytes[..^40], .. new byte[5_000]]);

        using var journal = PendingJournal.Open(path)!;

        Assert.False(journal.IsReady);
        Assert.Equal(1, journal.Count);
    }

    [Fact]
    public void A_bit_that_flips_before_the_end_is_damage_and_never_a_shorter_run()
    {
        var path = WriteJournal(Deposits(2));
        var bytes = File.ReadAllBytes(path);
        var ready = bytes.AsSpan().IndexOf("\nready "u8) + 1;

        for (var i = 0; i < ready - 1; i += 7)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            Assert.Throws<MalformedException>(() => PendingJournal.Open(path)?.Dispose());
        }
    }

    [Fact]
    public void Nobody_else_works_on_a_journal_that_is_open()
    {
        using var journal = PendingJournal.Create(At(""), Run, DateTimeOffset.UnixEpoch, [1, 2, 3, 4]);

        Assert.Null(PendingJournal.Open(journal.FullName));
    }

    [Fact]
    public void Another_file_is_not_taken_for_a_journal()
    {
        var path = WriteJournal(Deposits(1));
        File.WriteAllText(path, "notes of mine\n");

        Assert.Throws<MalformedException>(() => PendingJournal.Open(path));
    }

    private static PendingDeposit[] Deposits(int count)
    {
        var random = new CountingGenerator();
        var builder = new DepositBuilder(
            new DepositTerms("ledger.example.org/test", "local", "trade-secret", "T", null, null), TimeProvider.System, random);
        return [.. Enumerable.Range(0, count).Select(i => builder.Build(builder.NewId(), $"d/{i}.evidence.zip", [Item(i)], default))];
    }

    private static ItemText Item(int number) => new()
    {
        Path = $"{number}.txt",
        Size = (ulong)number,
        Modified = DateTimeOffset.UnixEpoch,
        Sha256 = Hash.Of([(byte)number]),
    };

    private string WriteJournal(IEnumerable<PendingDeposit> deposits, bool seal = true)
    {
        using var journal = PendingJournal.Create(At(""), Run, DateTimeOffset.UnixEpoch, [1, 2, 3, 4]);
        foreach (var deposit in deposits)
            journal.Append(deposit);
        if (seal)
            journal.Seal();
        return journal.FullName;
    }

    private sealed class CountingGenerator : System.Security.Cryptography.RandomNumberGenerator
    {
        private byte next;

        public override void GetBytes(byte[] data) => Array.Fill(data, unchecked(next++));
    }
}
