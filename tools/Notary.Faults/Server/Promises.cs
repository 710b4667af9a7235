using System.Collections.Concurrent;
using Google.Protobuf;
using Notary.Core;
using Notary.Server;
using Proto = Notary.V1;

namespace Notary.Faults;

/// <summary>
/// Everything that clients of one ledger were ever told, to hold the ledger to it: each certificate, and each checkpoint.
/// Safe for concurrent use, but for the checks.
/// </summary>
internal sealed class Promises
{
    private readonly ConcurrentDictionary<DepositId, Promise> kept = new();
    private readonly ConcurrentDictionary<ulong, DepositId> places = new();
    private readonly ConcurrentDictionary<ulong, Hash> checkpoints = new();
    private readonly ConcurrentDictionary<string, bool> signed = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<DepositId> unasked = new();
    private readonly ConcurrentQueue<ReadOnlyMemory<byte>> unanswered = new();
    private VerifierKey? key;
    private ulong proved;
    private int resent;

    public Promises()
    {
    }

    /// <summary>The same promises, for a copy of the ledger that goes its own way.</summary>
    public Promises(Promises other)
    {
        (kept, places, checkpoints) = (new(other.kept), new(other.places), new(other.checkpoints));
        (key, proved) = (other.key, 0);
    }

    /// <summary>Deposits acknowledged.</summary>
    public int Deposits => kept.Count;

    /// <summary>Different checkpoints seen.</summary>
    public int Checkpoints => checkpoints.Count;

    /// <summary>Requests whose call failed: nobody knows whether they are on the ledger until they are sent again.</summary>
    public int Resent => resent;

    /// <summary>A call failed without an answer.</summary>
    public void Unanswered(ReadOnlyMemory<byte> request) => unanswered.Enqueue(request);

    /// <summary>Verifies an answer as a client would and remembers it.</summary>
    /// <exception cref="FaultException">It does not verify, or contradicts what was said before.</exception>
    public void Keep(ReadOnlyMemory<byte> request, Proto.Certificate certificate)
    {
        Require(certificate.Request.Span.SequenceEqual(request.Span), "a certificate holds another request than the one sent");
        var asked = RequestBytes.Parse(request).Request;
        var proof = TlogProof.Parse(certificate.Proof.ToStringUtf8());
        var statement = Statement.Parse(certificate.Statement.ToStringUtf8());
        var place = $"the certificate of deposit {asked.Deposit} at index {proof.Index}";
        Require(IsSigned(proof.Note), $"{place} is not signed by the ledger");
        Require(
            MerkleTree.VerifyInclusion(
                proof.Index, proof.Checkpoint.Size, MerkleHash.Leaf(certificate.Statement.Span), proof.Path, proof.Checkpoint.Root),
            $"{place} is not included in its checkpoint");
        Require(
            (statement.Deposit, statement.Commitment, statement.Claims) == (asked.Deposit, asked.Commitment, Hash.Of(certificate.Claims.Span)),
            $"{place} is of something else than what was sent");
        Saw(proof.Checkpoint);
        var promise = new Promise(proof.Index, certificate.Statement.Memory, certificate.Claims.Memory, request);
        var first = kept.GetOrAdd(asked.Deposit, promise);
        Require(first.Index == promise.Index && first.Statement.Span.SequenceEqual(promise.Statement.Span), $"{place} was at {first.Index} before");
        Require(places.GetOrAdd(proof.Index, asked.Deposit) == asked.Deposit, $"{place} takes the place of another deposit");
        if (ReferenceEquals(first, promise))
            unasked.Enqueue(asked.Deposit);
    }

    /// <summary>
    /// Holds a server to everything: consistency with each checkpoint, by its own proofs and by hashing every entry again;
    /// each deposit at its index; a second answer to whoever got none; and a whole-ledger check.
    /// </summary>
    /// <exception cref="FaultException">A promise was broken.</exception>
    public async Task CheckAsync(ServerProcess server, string data)
    {
        var info = await server.Client.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest());
        key ??= VerifierKey.Parse(info.Vkey);
        Require(key.ToString() == info.Vkey, "the ledger has another key than before");
        var note = SignedNote.Parse(info.Checkpoint.ToStringUtf8());
        Require(IsSigned(note), "the latest checkpoint is not signed");
        var latest = Checkpoint.Parse(note.Text);
        Saw(latest);
        await ProveAsync(server, latest);
        await ReadEntriesAsync(server, latest);
        await InParallelAsync(TakeAll(unasked), deposit => AskAgainAsync(server, deposit));
        await InParallelAsync(TakeAll(unanswered), request => SendAgainAsync(server, request));
        CheckWhole(data);
    }

    /// <summary>Asks for every certificate ever acknowledged.</summary>
    public Task CheckAllAsync(ServerProcess server) => InParallelAsync(kept.Keys, deposit => AskAgainAsync(server, deposit));

    /// <summary>The whole-ledger check, also without a server.</summary>
    public static void CheckWhole(string data)
    {
        var report = Fsck.Run(data, null, null, CancellationToken.None);
        Require(report.IsWhole, "fsck: " + string.Join("; ", report.Findings.Take(10)));
    }

    private void Saw(Checkpoint checkpoint) => Require(
        checkpoints.GetOrAdd(checkpoint.Size, checkpoint.Root) == checkpoint.Root,
        $"two checkpoints of {checkpoint.Size} entries have different roots: a fork");

    private async Task ProveAsync(ServerProcess server, Checkpoint latest)
    {
        await InParallelAsync(checkpoints.Keys.Where(size => size >= proved), async size =>
        {
            Require(size <= latest.Size, $"a checkpoint of {size} entries was seen, and the ledger says {latest.Size}");
            var answer = await server.Client.GetConsistencyProofAsync(new Proto.GetConsistencyProofRequest { First = size, Second = latest.Size });
            Hash[] path = [.. answer.Hashes.Select(hash => new Hash(hash.Span))];
            Require(
                MerkleTree.VerifyConsistency(size, latest.Size, checkpoints[size], latest.Root, path),
                $"the ledger of {latest.Size} entries does not extend the checkpoint of {size} that it signed: a fork");
        });

        // What is consistent with this one later is consistent with all before it.
        proved = latest.Size;
    }

    private async Task ReadEntriesAsync(ServerProcess server, Checkpoint latest)
    {
        var tree = new CompactRange();
        for (ulong number = 0; tree.Size < latest.Size; number++)
        {
            var tile = new TileId(TileId.Entries, number, (int)Math.Min(TileId.FullWidth, latest.Size - tree.Size));
            var bytes = await server.Web.GetByteArrayAsync(new Uri("/" + tile, UriKind.Relative));
            foreach (var entry in EntryBundle.Parse(tile, bytes))
            {
                if (places.TryGetValue(tree.Size, out var deposit))
                    Require(entry.Span.SequenceEqual(kept[deposit].Statement.Span), $"entry {tree.Size} is not the one acknowledged");
                tree.Append(MerkleHash.Leaf(entry.Span));
                if (checkpoints.TryGetValue(tree.Size, out var root))
                    Require(tree.Root() == root, $"the entries do not lead to the checkpoint of {tree.Size} that was seen: a fork");
            }
        }
    }

    private async Task AskAgainAsync(ServerProcess server, DepositId deposit)
    {
        var promise = kept[deposit];
        var answer = await server.Client.GetCertificateAsync(new Proto.GetCertificateRequest { Deposit = deposit.ToString() });
        Require(answer.Certificate.Claims.Span.SequenceEqual(promise.Claims.Span), $"deposit {deposit} has other claims than acknowledged");
        Keep(promise.Request, answer.Certificate);
    }

    private async Task SendAgainAsync(ServerProcess server, ReadOnlyMemory<byte> request)
    {
        var answer = await server.Client.DepositAsync(new Proto.DepositRequest { Request = UnsafeByteOperations.UnsafeWrap(request) });
        Keep(request, answer.Certificate);
        Interlocked.Increment(ref resent);
    }

    // A batch's certificates share a note: it is verified once.
    private bool IsSigned(SignedNote note) => signed.GetOrAdd(note.ToString(), _ => note.Check(key!) == NoteCheck.Valid);

    private static List<T> TakeAll<T>(ConcurrentQueue<T> queue)
    {
        var all = new List<T>();
        while (queue.TryDequeue(out var one))
            all.Add(one);
        return all;
    }

    private static Task InParallelAsync<T>(IEnumerable<T> all, Func<T, Task> call) =>
        Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (one, _) => await call(one));

    private static void Require(bool holds, string broken)
    {
        if (!holds)
            throw new FaultException(broken);
    }

    private sealed record Promise(ulong Index, ReadOnlyMemory<byte> Statement, ReadOnlyMemory<byte> Claims, ReadOnlyMemory<byte> Request);
}
