using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>
/// A ledger in a folder of its own that can be opened, closed and opened again, and that remembers every certificate it
/// ever acknowledged. <see cref="Check"/> looks at the whole of it.
/// </summary>
internal sealed class LedgerHarness : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentDictionary<DepositId, (ulong Index, byte[] Statement)> acknowledged = new();
    private int deposits;
    private int kept;

    public string Data => Path.Combine(folder.Path, "data");

    public string Database => Path.Combine(Data, "ledger.db");

    public string KeyFile => Path.Combine(Data, "ledger.key");

    public string Mark => LedgerOptions.DefaultHighWaterMark(Data);

    public Ledger Ledger { get; private set; } = null!;

    public ManualClock Clock { get; } = new();

    public FaultyStore? Store { get; private set; }

    /// <summary>What happens at the durable steps of the open ledger and of later ones.</summary>
    public Action<DurableStep, StepMoment>? AtStep { get; set; }

    /// <summary>Deposits after which uuids move into the index of an SQLite store.</summary>
    public int RunSize { get; set; } = SqliteRecentUuids.NormalRunSize;

    /// <summary>What the ledger is kept in.</summary>
    public StoreKind Kind { get; init; } = StoreKind.Sqlite;

    /// <summary>Opens with faults possible and a clock that the test moves.</summary>
    public LedgerHarness Open(string? origin = null, int queue = 8_192, int batch = 1_024, string? mark = null)
    {
        Ledger = Ledger.Open(
            new LedgerOptions
            {
                DataDirectory = Data,
                Origin = origin,
                Store = Kind,
                HighWaterMarkPath = mark,
                QueueCapacity = queue,
                BatchLimit = batch,
                TimeProvider = Clock,
                WrapStore = Wrap,
                AtStep = (step, moment) => AtStep?.Invoke(step, moment),
            },
            NullLogger<Ledger>.Instance);
        return this;
    }

    public async Task CloseAsync() => await Ledger.DisposeAsync();

    public async Task<LedgerHarness> ReopenAsync()
    {
        await CloseAsync();
        return Open();
    }

    /// <summary>Fsck of the whole: beside the ledger where the store can be read beside it, else before it is opened again.</summary>
    public async Task CheckStoredAsync()
    {
        if (Kind == StoreKind.LiteDb)
            await CloseAsync();
        Assert.Empty(Fsck.Run(Data, null, null, TestContext.Current.CancellationToken).Findings);
        if (Kind == StoreKind.LiteDb)
            Open();
    }

    public async ValueTask DisposeAsync()
    {
        if (Ledger is not null)
            await Ledger.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>A copy of a file as it is now, to be put back later.</summary>
    public string Keep(string path)
    {
        var copy = Path.Combine(folder.Path, Path.GetFileName(path) + ".kept" + kept++);
        File.Copy(path, copy);
        return copy;
    }

    public byte[] NewRequest(string account = "local", Func<DepositRequest, DepositRequest>? change = null, SigningKey? key = null)
    {
        var number = Interlocked.Increment(ref deposits);
        var request = new DepositRequest
        {
            Ledger = Ledger.Origin,
            Deposit = StoreContractTests.Id(number),
            Account = account,
            Commitment = Hash.Of(BitConverter.GetBytes(number)),
            Items = 1,
            Nonce = Hash.Of(BitConverter.GetBytes(-number)),
            Kind = "trade-secret",
            Requested = DateTimeOffset.UnixEpoch,
        };
        return RequestBytes.Create(change?.Invoke(request) ?? request, key).Bytes.ToArray();
    }

    /// <summary>Deposits, expects a certificate, checks it and remembers it.</summary>
    public async Task<IssuedCertificate> DepositAsync(byte[]? request = null, string account = "local")
    {
        var bytes = request ?? NewRequest(account);
        var result = await Ledger.DepositAsync(Depositor.Nameless(account), bytes, TestContext.Current.CancellationToken);
        Assert.Equal((DepositOutcome.Issued, null), (result.Outcome, result.Reason));
        Remember(result.Certificate!, bytes, account);
        return result.Certificate!;
    }

    public Task DepositManyAsync(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => DepositAsync()));

    public Task<DepositResult> TryDepositAsync(byte[] request, string account = "local") =>
        Ledger.DepositAsync(Depositor.Nameless(account), request, TestContext.Current.CancellationToken);

    /// <summary>
    /// The whole ledger against a slow reference: every entry, tile and proof, the checkpoint, times, and every
    /// certificate that was ever acknowledged.
    /// </summary>
    public void Check()
    {
        var latest = Ledger.Latest;
        var note = SignedNote.Parse(Encoding.UTF8.GetString(latest.Note.Span));
        Assert.Equal(NoteCheck.Valid, note.Check(Ledger.Key));
        Assert.Equal(latest.Checkpoint, Checkpoint.Parse(note.Text));
        var entries = Entries();
        var leaves = entries.Select(entry => MerkleHash.Leaf(entry)).ToArray();
        Assert.Equal(ReferenceTree.Root(leaves), latest.Checkpoint.Root);
        Assert.Equal(Ledger.Origin, Genesis.Parse(Encoding.UTF8.GetString(entries[0])).Ledger);
        CheckStatements(entries, leaves);
        CheckTiles(leaves);
        foreach (var (id, known) in acknowledged)
        {
            Assert.Equal(known.Statement, entries[(int)known.Index]);
            var again = Ledger.GetCertificate("local", id)!;
            Assert.Equal(known.Statement, again.Statement.ToArray());
            AssertProof(again, leaves);
        }
    }

    /// <summary>All entries, by way of the bundles that monitors read.</summary>
    public List<byte[]> Entries()
    {
        var size = Ledger.Latest.Checkpoint.Size;
        var entries = new List<byte[]>();
        while ((ulong)entries.Count < size)
        {
            var number = (ulong)entries.Count / TileId.FullWidth;
            var width = (int)Math.Min(TileId.FullWidth, size - number * TileId.FullWidth);
            var rest = Ledger.ReadTile(new TileId(TileId.Entries, number, width))!.Value;
            for (var i = 0; i < width; i++)
            {
                var length = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
                entries.Add(rest.Slice(2, length).ToArray());
                rest = rest[(2 + length)..];
            }

            Assert.True(rest.IsEmpty);
        }

        return entries;
    }

    /// <summary>SQL for a blob column with its <paramref name="at"/>-th byte changed, counted from 1.</summary>
    public static string Flip(int at, string column) =>
        $"CAST(substr({column}, 1, {at - 1}) || CASE substr({column}, {at}, 1) WHEN x'41' THEN x'42' ELSE x'41' END || substr({column}, {at + 1}) AS BLOB)";

    private FaultyStore Wrap(ILedgerStore inner)
    {
        (inner as SqliteStore)?.WatchMoves(RunSize, moment => AtStep?.Invoke(DurableStep.MoveUuids, moment));
        return Store = new FaultyStore(inner);
    }

    private void Remember(IssuedCertificate certificate, byte[] request, string account)
    {
        var statement = Statement.Parse(Encoding.UTF8.GetString(certificate.Statement.Span));
        var claims = Claims.Parse(Encoding.UTF8.GetString(certificate.Claims.Span));
        var asked = RequestBytes.Parse(request).Request;
        Assert.Equal(request, certificate.Request.ToArray());
        Assert.Equal(
            (asked.Ledger, asked.Deposit, asked.Commitment, account), (statement.Ledger, statement.Deposit, statement.Commitment, claims.Account));
        Assert.Equal((Hash.Of(request), Hash.Of(certificate.Claims.Span)), (claims.Request, statement.Claims));
        var proof = TlogProof.Parse(Encoding.UTF8.GetString(certificate.Proof.Span));
        Assert.Equal(NoteCheck.Valid, proof.Note.Check(Ledger.Key));
        Assert.True(MerkleTree.VerifyInclusion(
            proof.Index, proof.Checkpoint.Size, MerkleHash.Leaf(certificate.Statement.Span), proof.Path, proof.Checkpoint.Root));
        Assert.InRange(statement.AfterSize, 1UL, proof.Index);
        var known = acknowledged.GetOrAdd(asked.Deposit, (proof.Index, certificate.Statement.ToArray()));
        Assert.Equal((proof.Index, Convert.ToHexString(certificate.Statement.Span)), (known.Index, Convert.ToHexString(known.Statement)));
    }

    private static void CheckStatements(List<byte[]> entries, Hash[] leaves)
    {
        var newest = DateTimeOffset.MinValue;
        var uuids = new HashSet<DepositId>();
        (ulong Size, Hash Root) after = default;
        foreach (var entry in entries.Where(entry => Entry.IsDeposit(entry)))
        {
            var statement = Statement.Parse(Encoding.UTF8.GetString(entry));
            Assert.True(statement.Received >= newest);
            newest = statement.Received;
            Assert.True(uuids.Add(statement.Deposit));
            if (after.Size != statement.AfterSize)
                after = (statement.AfterSize, ReferenceTree.Root(leaves.AsSpan(0, (int)statement.AfterSize)));
            Assert.Equal(after.Root, statement.AfterRoot);
        }
    }

    private void CheckTiles(Hash[] leaves)
    {
        var row = leaves;
        for (var level = 0; row.Length > 0; level++)
        {
            for (var start = 0; start < row.Length; start += TileId.FullWidth)
            {
                var width = Math.Min(TileId.FullWidth, row.Length - start);
                var expected = row.AsSpan(start, width).ToArray().SelectMany(hash => hash.ToArray());
                Assert.Equal(expected, Ledger.ReadTile(new TileId(level, (ulong)start / TileId.FullWidth, width))!.Value.ToArray());
            }

            row = [.. row.Chunk(TileId.FullWidth).Where(tile => tile.Length == TileId.FullWidth).Select(tile => ReferenceTree.Root(tile))];
        }
    }

    private void AssertProof(IssuedCertificate certificate, Hash[] leaves)
    {
        var proof = TlogProof.Parse(Encoding.UTF8.GetString(certificate.Proof.Span));
        Assert.Equal(Ledger.Latest.Checkpoint, proof.Checkpoint);
        Assert.Equal(leaves[(int)proof.Index], MerkleHash.Leaf(certificate.Statement.Span));
        Assert.True(MerkleTree.VerifyInclusion(
            proof.Index, proof.Checkpoint.Size, leaves[(int)proof.Index], proof.Path, proof.Checkpoint.Root));
    }
}
