namespace Notary.Core;

/// <summary>The arithmetic of one opening.</summary>
internal static class OpeningProof
{
    /// <summary>The leaf that the opening gives for a document of this digest, under the deposit's binding X.</summary>
    public static Hash Leaf(in Hash binding, Opening opening, in Hash content)
    {
        var contentCommitment = Fingerprint.ContentCommitment(binding, content, opening.ContentNonce);
        return Fingerprint.Leaf(contentCommitment, Metadata(binding, opening));
    }

    /// <summary>Cm: an opening has the item text with its nonce, or the metadata commitment.</summary>
    public static Hash Metadata(in Hash binding, Opening opening) => opening is { Item: { } item, MetadataNonce: { } nonce }
        ? Fingerprint.MetadataCommitment(binding, item, nonce)
        : opening.Metadata.GetValueOrDefault();

    /// <summary>
    /// The position of a leaf with these sides in an RFC 6962 tree of <paramref name="leaves"/>, or null when no leaf of
    /// such a tree has that path. This is what holds a depositor to the number in his request: whoever hides a thousand
    /// variants behind "items 1" has no path that fits.
    /// </summary>
    public static ulong? Position(IReadOnlyList<PathStep> path, ulong leaves)
    {
        ulong first = 0;
        for (var i = path.Count - 1; i >= 0; i--)
        {
            if (leaves <= 1)
                return null;
            var split = 1UL << (int)ulong.Log2(leaves - 1);
            if (path[i].Left)
                first += split;
            leaves = path[i].Left ? leaves - split : split;
        }

        return leaves == 1 ? first : null;
    }
}
