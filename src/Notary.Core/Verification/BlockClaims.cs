namespace Notary.Core;

/// <summary>A message that is said to be the Merkle root of a block, with the header that the verifier knows at that height.</summary>
/// <param name="Height">The block's, as the attestation says.</param>
/// <param name="Message">32 bytes, or the attestation is void.</param>
/// <param name="Header">Null when the verifier knows none.</param>
internal sealed record BlockClaim(ulong Height, ReadOnlyMemory<byte> Message, BlockHeader? Header)
{
    public bool IsConfirmed => Header is { } header && Message.Span.SequenceEqual(header.MerkleRoot.ToArray());

    /// <summary>Shown false by the header, or by its own length.</summary>
    public bool IsContradicted => Message.Length != Hash.Size || (Header is not null && !IsConfirmed);

    /// <summary>The root as explorers show it.</summary>
    public string Root => Message.Length == Hash.Size ? BlockHeader.Display(new Hash(Message.Span)) : Convert.ToHexStringLower(Message.Span);
}

/// <summary>
/// What the Bitcoin attestations of timestamps come to against the headers that a verifier trusts. Of the claims no more is kept
/// than is told: a stranger's package has room for thousands of files with thousands of claims each.
/// </summary>
internal sealed class BlockClaims
{
    private const int PendingShown = 3;

    private readonly List<string> pending = [];

    /// <summary>The earliest block that a header confirms, by its time.</summary>
    public BlockClaim? Confirmed { get; private set; }

    /// <summary>The first claim that is shown false.</summary>
    public BlockClaim? Contradicted { get; private set; }

    /// <summary>The lowest block whose header the verifier does not know.</summary>
    public BlockClaim? Open { get; private set; }

    /// <summary>Calendars that promised a better attestation, the first three, escaped for display.</summary>
    public IReadOnlyList<string> Pending => pending;

    public static BlockClaims Of(IEnumerable<OtsClaim> all, IReadOnlyDictionary<ulong, BlockHeader> headers)
    {
        var claims = new BlockClaims();
        foreach (var (message, attestation) in all)
        {
            if (attestation is BitcoinAttestation { Height: var height })
                claims.Take(new BlockClaim(height, message, headers.GetValueOrDefault(height)));
            else if (attestation is PendingAttestation { Address: var address })
                claims.TakePending(TextRules.Escape(address));
        }

        return claims;
    }

    /// <summary>Takes in what another timestamp comes to.</summary>
    public void Take(BlockClaims other)
    {
        foreach (var claim in (BlockClaim?[])[other.Confirmed, other.Contradicted, other.Open])
        {
            if (claim is not null)
                Take(claim);
        }

        other.pending.ForEach(TakePending);
    }

    private void Take(BlockClaim claim)
    {
        if (claim.IsConfirmed)
            Confirmed = Confirmed is { } known && known.Header!.Time <= claim.Header!.Time ? known : claim;
        else if (claim.IsContradicted)
            Contradicted ??= claim;
        else
            Open = Open is { } known && known.Height <= claim.Height ? known : claim;
    }

    private void TakePending(string address)
    {
        if (pending.Count < PendingShown && !pending.Contains(address))
            pending.Add(address);
    }

    /// <summary>What a confirmed block shows, as a clause: block, hash, work.</summary>
    public static Sentence Describe(BlockClaim confirmed)
    {
        var header = confirmed.Header!;
        var (height, hash, time) = (confirmed.Height, BlockHeader.Display(header.Hash), Timestamp.Format(header.Time));
        return new Sentence(
            $"Bitcoin block {height} (hash {hash}, about 2^{header.WorkBits} hashes of work, dated {time})",
            $"比特币区块 {height}（哈希 {hash}，工作量约 2^{header.WorkBits} 次哈希，所载时间 {time}）");
    }

    /// <summary>Why a claim is false, as a clause.</summary>
    public static Sentence Deny(BlockClaim contradicted) => contradicted.Header is { } header
        ? new Sentence(
            $"leads to {contradicted.Root} as the Merkle root of Bitcoin block {contradicted.Height}, but in the header that you trust (hash {BlockHeader.Display(header.Hash)}) it is {BlockHeader.Display(header.MerkleRoot)}",
            $"将 {contradicted.Root} 作为比特币区块 {contradicted.Height} 的默克尔根，但在您信任的区块头（哈希 {BlockHeader.Display(header.Hash)}）中该根为 {BlockHeader.Display(header.MerkleRoot)}")
        : new Sentence(
            $"names Bitcoin block {contradicted.Height} for {contradicted.Message.Length} bytes, but a Merkle root has {Hash.Size}",
            $"将 {contradicted.Message.Length} 字节的数据归于比特币区块 {contradicted.Height}，而默克尔根应为 {Hash.Size} 字节");

    /// <summary>What to compare where no header is known, as a sentence.</summary>
    public static Sentence Ask(BlockClaim open) => new(
        $"It holds if the Merkle root of Bitcoin block {open.Height} is {open.Root}: give the block's header or a node that you trust, or compare the root yourself.",
        $"若比特币区块 {open.Height} 的默克尔根为 {open.Root}，则成立：请提供该区块头或您信任的节点，或自行比对该根。");
}
