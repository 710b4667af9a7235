namespace Notary.Core;

/// <summary>A timestamp over the raw root of one of the ledger's trees, and the way there from an entry.</summary>
/// <param name="Index">The entry's.</param>
/// <param name="Size">Entries of the tree.</param>
/// <param name="Path">The entry's inclusion path in it.</param>
/// <param name="OverRoot">Over the tree's 32-byte root, as calendars answered.</param>
public sealed record LedgerTimestamp(ulong Index, ulong Size, IReadOnlyList<Hash> Path, OtsTimestamp OverRoot)
{
    /// <summary>
    /// The files of <c>ots/</c> that this gives the evidence: one a document that it opens, each from the document's own
    /// digest. What the evidence holds for a document already is kept beside it.
    /// </summary>
    /// <param name="evidence">Of the deposit that is the entry.</param>
    /// <param name="left">Documents without a file: their digest is not in the evidence, or the path would be longer than the format allows.</param>
    /// <exception cref="MalformedException">The evidence's statement breaks its format.</exception>
    /// <exception cref="ArgumentException">No inclusion path has this length.</exception>
    public IReadOnlyList<Attachment> FilesFor(Evidence evidence, out int left)
    {
        var statement = Statement.Parse(evidence.Certificate.Statement);
        var binding = Fingerprint.Binding(statement.Ledger, statement.Deposit);
        var fromEntry = OverRoot.After(DocumentPath.ToRoot(Index, Size, Path));
        var held = evidence.Attachments.ToDictionary(file => file.Name, StringComparer.Ordinal);
        var files = new List<Attachment>();
        left = 0;
        foreach (var (leaf, digest, opening) in Documents(evidence, statement))
        {
            var timestamp = fromEntry.After(DocumentPath.ToEntry(binding, opening, statement));
            if (digest is { } known && timestamp.Fits(Hash.Size))
                files.Add(File(held, leaf, known, timestamp));
            else
                left++;
        }

        return files;
    }

    private static IEnumerable<(Hash Leaf, Hash? Digest, Opening Opening)> Documents(Evidence evidence, Statement statement)
    {
        foreach (var (leaf, opening) in evidence.Openings)
            yield return (leaf, opening.Item?.Sha256, opening);
        if (evidence is not { Manifest: { } manifest, Seed: { } seed })
            yield break;
        var fingerprint = Fingerprint.Create(statement.Ledger, statement.Deposit, seed, manifest.Items);
        foreach (var item in manifest.Items)
            yield return (fingerprint.LeafOf(item), item.Sha256, fingerprint.Open(item));
    }

    private static Attachment File(Dictionary<string, Attachment> held, in Hash leaf, in Hash digest, OtsTimestamp timestamp)
    {
        var name = EvidenceNames.OpenTimestamp(leaf);
        var file = new DetachedTimestamp(OtsOperation.Sha256, digest.ToArray(), timestamp);
        if (held.TryGetValue(name, out var known) && Readable(known.Content) is { } old
            && old.FileHash.Kind == OtsOperationKind.Sha256 && old.Digest.Span.SequenceEqual(file.Digest.Span))
            file = new DetachedTimestamp(file.FileHash, file.Digest, old.Timestamp.Merge(timestamp));
        return new Attachment(name, file.ToBytes());
    }

    private static DetachedTimestamp? Readable(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return DetachedTimestamp.Parse(bytes);
        }
        catch (MalformedException)
        {
            return null;
        }
    }
}
