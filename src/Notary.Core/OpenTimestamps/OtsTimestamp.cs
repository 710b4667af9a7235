namespace Notary.Core;

/// <summary>One way on from a message: an operation, and what is said of its result.</summary>
public sealed record OtsBranch(OtsOperation Operation, OtsTimestamp Rest);

/// <summary>A message that a timestamp reaches, with what is said of it.</summary>
/// <param name="Message">1 to 4,096 bytes.</param>
/// <param name="Attestation">Unverified.</param>
public sealed record OtsClaim(ReadOnlyMemory<byte> Message, OtsAttestation Attestation);

/// <summary>
/// A tree of operations over a message that is not part of it, with attestations at its ends. Immutable; attestations and
/// branches are distinct and in the format's order, so equal timestamps have equal bytes.
/// </summary>
/// <remarks>It holds no intermediate message: a small file can lead to very many large ones. They are computed on the way.</remarks>
public sealed class OtsTimestamp
{
    /// <exception cref="ArgumentException">It would say nothing.</exception>
    public OtsTimestamp(IEnumerable<OtsAttestation> attestations, IEnumerable<OtsBranch> branches)
    {
        Attestations = [.. new SortedSet<OtsAttestation>(attestations, OtsAttestation.Order)];
        Branches = [.. branches.GroupBy(branch => branch.Operation).OrderBy(same => same.Key, OtsOperation.Order).Select(Merged)];
        if (Attestations.Count == 0 && Branches.Count == 0)
            throw new ArgumentException("A timestamp has an attestation or an operation.", nameof(attestations));
    }

    public IReadOnlyList<OtsAttestation> Attestations { get; }

    public IReadOnlyList<OtsBranch> Branches { get; }

    /// <summary>Operations on the longest way to an attestation.</summary>
    public int Depth => Branches.Count == 0 ? 0 : 1 + Branches.Max(branch => branch.Rest.Depth);

    /// <summary>Every attestation in the tree.</summary>
    public IEnumerable<OtsAttestation> AllAttestations => Attestations.Concat(Branches.SelectMany(branch => branch.Rest.AllAttestations));

    /// <summary>Reads a timestamp without a file around it: what a calendar answers.</summary>
    /// <param name="bytes">All of it.</param>
    /// <param name="messageBytes">Bytes of the message that it is over.</param>
    /// <exception cref="MalformedException">It breaks the format.</exception>
    public static OtsTimestamp Parse(ReadOnlyMemory<byte> bytes, int messageBytes) => OtsReader.ReadTimestamp(bytes, messageBytes);

    /// <summary>The bytes that <see cref="Parse"/> reads.</summary>
    /// <param name="messageBytes">Bytes of the message that it is over.</param>
    /// <exception cref="InvalidOperationException">It is beyond the format's limits.</exception>
    public byte[] ToBytes(int messageBytes) => OtsWriter.WriteTimestamp(this, messageBytes);

    /// <summary>A path of operations that ends in this timestamp.</summary>
    public OtsTimestamp After(IReadOnlyList<OtsOperation> path)
    {
        var timestamp = this;
        for (var i = path.Count - 1; i >= 0; i--)
            timestamp = new OtsTimestamp([], [new OtsBranch(path[i], timestamp)]);
        return timestamp;
    }

    /// <summary>What this and another timestamp over the same message say together.</summary>
    public OtsTimestamp Merge(OtsTimestamp other) => new(Attestations.Concat(other.Attestations), Branches.Concat(other.Branches));

    /// <summary>Whether the format can hold it over a message of so many bytes.</summary>
    public bool Fits(int messageBytes) => Fits(messageBytes, OtsLimits.PathOperations);

    /// <summary>Every attestation with the message that it is about, in the format's order.</summary>
    /// <param name="message">What the timestamp is over.</param>
    public IReadOnlyList<OtsClaim> Claims(ReadOnlyMemory<byte> message) => ClaimsBy(message, message)!;

    /// <summary>
    /// As <see cref="Claims"/>, only those on the ways that come by another message; null when none does. Whichever way goes
    /// there counts: no order of the file hides a claim behind another.
    /// </summary>
    /// <param name="message">What this timestamp is over.</param>
    /// <param name="by">The message to come by.</param>
    public IReadOnlyList<OtsClaim>? ClaimsBy(ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> by)
    {
        var claims = new List<OtsClaim>();
        return CollectBy(message, by, isPast: false, claims) ? claims : null;
    }

    /// <summary>The same tree with something else in the place of each timestamp over a message, from the ends up.</summary>
    /// <param name="message">What this timestamp is over.</param>
    /// <param name="change">Gets a message and the timestamp over it, its branches changed already.</param>
    public OtsTimestamp Change(ReadOnlyMemory<byte> message, Func<ReadOnlyMemory<byte>, OtsTimestamp, OtsTimestamp> change)
    {
        var branches = Branches.Select(branch => new OtsBranch(branch.Operation, branch.Rest.Change(branch.Operation.Apply(message.Span), change)));
        return change(message, new OtsTimestamp(Attestations, branches));
    }

    /// <summary>All at once: one after the other, a stranger's thousand branches of one operation would be copied a thousand times.</summary>
    private static OtsBranch Merged(IGrouping<OtsOperation, OtsBranch> same) => same.ToList() is [var only]
        ? only
        : new OtsBranch(same.Key, new OtsTimestamp(same.SelectMany(branch => branch.Rest.Attestations), same.SelectMany(branch => branch.Rest.Branches)));

    private bool CollectBy(ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> by, bool isPast, List<OtsClaim> claims)
    {
        isPast |= message.Span.SequenceEqual(by.Span);
        if (isPast)
            claims.AddRange(Attestations.Select(attestation => new OtsClaim(message, attestation)));
        var comesBy = isPast;
        foreach (var (operation, rest) in Branches)
            comesBy |= rest.CollectBy(operation.Apply(message.Span), by, isPast, claims);
        return comesBy;
    }

    private bool Fits(int messageBytes, int operations) => Branches.All(branch =>
        operations > 0 && branch.Operation.ResultBytes(messageBytes) is { } result && branch.Rest.Fits(result, operations - 1));
}
