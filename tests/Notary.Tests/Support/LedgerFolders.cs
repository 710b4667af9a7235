using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Cli;
using Notary.Core;
using Notary.Server;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>
/// Data folders side by side, each by its name: ledgers that grow, copies of them as they were, exports and backups; and
/// every certificate that any of them acknowledged.
/// </summary>
internal sealed class LedgerFolders : IDisposable
{
    public const string Origin = "ledger.example.org/main";

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<DepositId, (RequestBytes Request, IssuedCertificate Certificate)> acknowledged = [];
    private int deposits;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public IReadOnlyDictionary<DepositId, (RequestBytes Request, IssuedCertificate Certificate)> Acknowledged => acknowledged;

    public string At(string path) => Path.Combine(folder.Path, path);

    public string Database(string data) => At(data + "/ledger.db");

    public void Dispose() => folder.Dispose();

    public static Ledger Open(string directory, string? origin = null) =>
        Ledger.Open(new LedgerOptions { DataDirectory = directory, Origin = origin, Store = StoreKind.Sqlite }, NullLogger<Ledger>.Instance);

    public Ledger Open(string data) => Open(At(data), null);

    /// <summary>Deposits on the ledger of a folder, made if need be, and closes it.</summary>
    public async Task GrowAsync(string data, int count, string? origin = null)
    {
        await using var ledger = Open(At(data), File.Exists(At(data + "/ledger.key")) ? null : origin ?? Origin);
        await DepositAsync(ledger, count);
    }

    public async Task DepositAsync(Ledger ledger, int count)
    {
        var requests = Enumerable.Range(0, count)
            .Select(_ => RequestBytes.Create(RunningServer.NewRequest(ledger.Origin, ++deposits), null)).ToList();
        var answers = await Task.WhenAll(requests.Select(request => ledger.DepositAsync(Depositor.Local, request.Bytes, Cancellation)));
        foreach (var (request, answer) in requests.Zip(answers))
        {
            Assert.NotNull(answer.Certificate);
            acknowledged.Add(request.Request.Deposit, (request, answer.Certificate));
        }
    }

    /// <summary>What <c>notary rotate-key</c> does.</summary>
    public KeyRotationResult ChangeKey(string data, bool compromised = false, Func<ILedgerStore, ILedgerStore>? wrap = null) => KeyRotation.Run(
        new LedgerOptions { DataDirectory = At(data), WrapStore = wrap }, new KeyRotationChoice(false, compromised), NullLogger<Ledger>.Instance);

    /// <summary>Copies a folder as it is, with its mark if it is to have one.</summary>
    public void Copy(string from, string to, bool withMark = false)
    {
        Directory.CreateDirectory(At(to));
        foreach (var file in Directory.EnumerateFiles(At(from)))
            File.Copy(file, At($"{to}/{Path.GetFileName(file)}"), overwrite: true);
        if (withMark)
            CopyMark(from, to);
    }

    public void CopyMark(string from, string to) => File.Copy(At(from + ".mark"), At(to + ".mark"), overwrite: true);

    /// <summary>What <c>notary export</c> does.</summary>
    public async Task ExportAsync(string data, string to)
    {
        using var reader = LedgerReader.Open(At(data));
        var trust = TrustPolicy.Parse(string.Concat(reader.Keys.Select(key => $"log {key}\n")) + "quorum none\n");
        using var target = TileFolder.Open(At(to));
        foreach (var change in reader.KeyChanges)
            target.WriteKeyChange(change);
        var copy = new TreeCopy(
            target, trust, data, (tile, _) => Task.FromResult(new Served(reader.ReadTile(tile)!.Value, data)), TimeProvider.System);
        var seen = SeenCheckpoint.Read(reader.Latest.Note.Span, data, trust);
        Assert.Equal(CopyState.Whole, (await copy.FollowAsync(seen, null, Cancellation)).State);
    }

    public BackupReport Backup(string data, string to, bool withKey = false) =>
        LedgerBackup.Write(At(data), At(to), withKey, TimeProvider.System, null, Cancellation);

    public RestoreReport Restore(string backup, string data, string? key = null) =>
        LedgerRestore.Run(At(backup), At(data), null, key is null ? null : At(key), null, Cancellation);

    /// <summary>Recovers from an export, a backup or another folder.</summary>
    public async Task<RecoveryReport> RecoverAsync(string data, string from)
    {
        using var source = RecoverCommand.Open(At(from), Cancellation);
        return await LedgerRecovery.RunAsync(At(data), null, source, null, Cancellation);
    }

    /// <summary>Checks the whole of a ledger that has its key and mark.</summary>
    public FsckReport CheckWhole(string data)
    {
        var report = Fsck.Run(At(data), null, null, Cancellation);
        Assert.Empty(report.Findings);
        return report;
    }

    /// <summary>Every certificate that was ever acknowledged must be at its index and included; returns how many have their records.</summary>
    public int CheckCertificates(Ledger ledger)
    {
        var whole = 0;
        foreach (var (deposit, (request, first)) in acknowledged)
        {
            var again = ledger.GetCertificate("local", deposit);
            Assert.NotNull(again);
            Assert.Equal(first.Statement.ToArray(), again.Statement.ToArray());
            var proof = TlogProof.Parse(Encoding.UTF8.GetString(again.Proof.Span));
            Assert.Equal(TlogProof.Parse(Encoding.UTF8.GetString(first.Proof.Span)).Index, proof.Index);
            Assert.Equal(NoteCheck.Valid, proof.Note.Check(ledger.Key));
            Assert.True(MerkleTree.VerifyInclusion(
                proof.Index, proof.Checkpoint.Size, MerkleHash.Leaf(again.Statement.Span), proof.Path, proof.Checkpoint.Root));
            if (again.Request.IsEmpty)
                continue;
            whole++;
            Assert.Equal(request.Bytes.ToArray(), again.Request.ToArray());
            Assert.Equal(first.Claims.ToArray(), again.Claims.ToArray());
        }

        return whole;
    }

    /// <summary>Each file of a folder by its name, but for the lock and what SQLite makes to read a database that has a log.</summary>
    public Dictionary<string, string> Files(string data) => Directory.EnumerateFiles(At(data))
        .Where(path => !path.EndsWith(".lock", StringComparison.Ordinal) && !path.EndsWith("-shm", StringComparison.Ordinal)
            && !(path.EndsWith("-wal", StringComparison.Ordinal) && new FileInfo(path).Length == 0))
        .ToDictionary(path => Path.GetFileName(path), path => Convert.ToHexString(File.ReadAllBytes(path)));

    /// <summary>Changes one bit of a file.</summary>
    public void Flip(string path, long at)
    {
        using var file = File.Open(At(path), FileMode.Open);
        file.Position = at < 0 ? file.Length + at : at;
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }

    public static LedgerRefusedException AssertRefused(string[] words, LedgerRefusedException refusal)
    {
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
        Assert.NotEmpty(refusal.Hint);
        return refusal;
    }

    /// <summary>A server must refuse the folder with these words.</summary>
    public void AssertServerRefuses(string data, params string[] words) =>
        AssertRefused(words, Assert.Throws<LedgerRefusedException>(() => Open(data)));
}
