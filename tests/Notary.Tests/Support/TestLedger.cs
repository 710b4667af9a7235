using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Tests;

/// <summary>
/// A ledger in memory, made through Core alone, with keys and times that are always the same. It is the honest
/// operator unless a <see cref="DepositPlan"/> bends a text, and then it is the dishonest one: whatever it is told to
/// record, it signs.
/// </summary>
internal sealed class TestLedger
{
    public static readonly DateTimeOffset Created = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private readonly List<string> entries = [];

    // Each key with the index of the entry that named it.
    private readonly List<(ulong From, SigningKey Key)> keys = [];

    /// <param name="origin">The ledger's name.</param>
    /// <param name="key">Which key: the same number gives the same key.</param>
    public TestLedger(string origin = "ledger.example/test", byte key = 1)
    {
        Origin = origin;
        keys.Add((0, SigningKey.Create(origin, Seed(key))));
        Append(new Genesis(origin, Created, Key.Verifier).ToText());
    }

    public string Origin { get; }

    /// <summary>The key that signs now.</summary>
    public SigningKey Key => keys[^1].Key;

    public IReadOnlyList<string> Entries => entries;

    /// <summary>Proofs of the changes so far.</summary>
    public List<KeyChangeProof> KeyChanges { get; } = [];

    public ulong Size => (ulong)entries.Count;

    /// <summary>The policy that trusts this ledger and asks for no witnesses.</summary>
    public TrustPolicy Policy => TrustPolicy.Parse(TrustPolicy.Format(Key.Verifier, null));

    /// <summary>A policy that trusts this ledger and names these witnesses, each after its key, then the lines given.</summary>
    public TrustPolicy PolicyWith(IEnumerable<TestWitness> witnesses, string lines) => TrustPolicy.Parse(
        $"log {Key.Verifier}\n{string.Concat(witnesses.Select(witness => $"witness {witness.Verifier.Name} {witness.Verifier}\n"))}{lines}");

    /// <summary>32 bytes that are always the same for a number.</summary>
    public static byte[] Seed(int number) => Hash.Of(Encoding.UTF8.GetBytes($"seed {number}")).ToArray();

    /// <summary>Appends any entry and returns its index.</summary>
    public ulong Append(string entry)
    {
        entries.Add(entry);
        return Size - 1;
    }

    /// <summary>Goes over to another key, by an entry of the honest form unless it is bent; returns the proof of it.</summary>
    public KeyChangeProof ChangeKey(byte key, Func<KeyChange, KeyChange>? bend = null)
    {
        var next = SigningKey.Create(Origin, Seed(key));
        var change = KeyChange.Create(Created.AddSeconds(Size), Key.Verifier, next);
        change = bend?.Invoke(change) ?? change;
        var index = Append(change.ToText());
        keys.Add((index, next));
        KeyChanges.Add(new KeyChangeProof(change, Proof(index)));
        return KeyChanges[^1];
    }

    /// <summary>A ledger of so many entries, all but the first opaque ones.</summary>
    public static TestLedger Grown(int size)
    {
        var ledger = new TestLedger();
        ledger.Grow((ulong)size);
        return ledger;
    }

    /// <summary>Appends opaque entries up to a size.</summary>
    public void Grow(ulong size)
    {
        while (Size < size)
            Append($"notary.other/v1\nnumber {Size}\n");
    }

    public Hash Root(ulong? size = null) => MerkleTree.Root(size ?? Size, Node);

    /// <summary>A checkpoint of the ledger's first entries (all unless said), with the witnesses' cosignatures.</summary>
    public SignedNote Checkpoint(ulong? size = null, params IEnumerable<Cosigner> cosigners)
    {
        var (entries, text) = (size ?? Size, new Checkpoint(Origin, size ?? Size, Root(size)).ToText());
        return new SignedNote(text, [.. SignersAt(entries).Select(key => key.Sign(text)), .. cosigners.Select(cosigner => cosigner.Sign(text))]);
    }

    /// <summary>The key of a tree of that size; under the first checkpoint after a change the one before it too.</summary>
    private IEnumerable<SigningKey> SignersAt(ulong size) =>
        keys.Where((key, i) => key.From < size && (i + 1 == keys.Count || keys[i + 1].From + 1 >= size)).Select(key => key.Key);

    public TlogProof Proof(ulong index, ulong? size = null, params IEnumerable<Cosigner> cosigners) =>
        new(index, MerkleTree.Inclusion(index, size ?? Size, Node), Checkpoint(size, cosigners));

    public IReadOnlyList<Hash> Consistency(ulong first, ulong? second = null) =>
        MerkleTree.Consistency(first, second ?? Size, Node);

    public TestDeposit Deposit(DepositPlan? plan = null) => TestDeposit.Make(this, plan ?? new DepositPlan());

    /// <summary>A deposit of files with these contents, the path being the first of each pair.</summary>
    public TestDeposit Deposit(params (string Path, string Content)[] files) => Deposit(new DepositPlan { Files = files });

    // Slow and plain: the tree is small.
    public Hash Node(int level, ulong index) => level == 0
        ? MerkleHash.Leaf(Encoding.UTF8.GetBytes(entries[(int)index]))
        : MerkleHash.Node(Node(level - 1, 2 * index), Node(level - 1, 2 * index + 1));
}

/// <summary>What to deposit, and how a dishonest depositor or operator bends the texts before they are hashed and signed.</summary>
internal sealed record DepositPlan
{
    public IReadOnlyList<(string Path, string Content)> Files { get; init; } = [("notes.txt", "abc")];

    public string Account { get; init; } = "local";

    /// <summary>Signs the request, and is named in the claims; null for an unsigned request.</summary>
    public SigningKey? Key { get; init; }

    /// <summary>The operator's clock; unless given, a second after creation for each entry.</summary>
    public DateTimeOffset? Received { get; init; }

    public Func<ItemText, ItemText> BendItem { get; init; } = item => item;

    public Func<DepositRequest, DepositRequest> BendRequest { get; init; } = request => request;

    public Func<Claims, Claims> BendClaims { get; init; } = claims => claims;

    public Func<Statement, Statement> BendStatement { get; init; } = statement => statement;
}

/// <summary>A witness with a key that is always the same for its name.</summary>
internal sealed class TestWitness
{
    private readonly SigningKey key;

    public TestWitness(string name)
        : this(Hash.Of(Encoding.UTF8.GetBytes(name)).ToArray(), name)
    {
    }

    private TestWitness(byte[] seed, string name)
    {
        Seed = seed;
        key = SigningKey.Create(name, seed);
        byte[] typed = [(byte)KeyAlgorithm.Cosignature, .. key.Verifier.PublicKey.Span];
        var id = Hash.Of([.. Encoding.UTF8.GetBytes(name), (byte)'\n', .. typed]).ToString()[..8];
        Verifier = VerifierKey.Parse($"{name}+{id}+{Convert.ToBase64String(typed)}");
    }

    public byte[] Seed { get; }

    public VerifierKey Verifier { get; }

    /// <summary>A witness with somebody's key.</summary>
    public static TestWitness With(byte[] seed, string name) => new(seed, name);

    /// <summary>This witness at a time, in whole seconds.</summary>
    public Cosigner At(DateTimeOffset time) => new(this, (ulong)time.ToUnixTimeSeconds());

    public NoteSignature Sign(string noteText, ulong seconds)
    {
        var bytes = new byte[8 + 64];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, seconds);
        var message = string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{noteText}");
        key.SignRaw(Encoding.UTF8.GetBytes(message)).CopyTo(bytes.AsSpan(8));
        return new NoteSignature(Verifier.Name, Verifier.KeyId, bytes);
    }
}

/// <summary>A witness about to sign at a time.</summary>
internal readonly record struct Cosigner(TestWitness Witness, ulong Seconds)
{
    public NoteSignature Sign(string noteText) => Witness.Sign(noteText, Seconds);
}
