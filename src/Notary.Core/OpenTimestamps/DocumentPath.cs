using System.Text;

namespace Notary.Core;

/// <summary>
/// The operations from a document's digest to a root of the ledger (proto/README.md, "From the document to Bitcoin"), so that
/// any OpenTimestamps client dates the document itself:
/// <code>
/// D  append Nc, prepend 02||X, sha256 -> Cc   append Cm, prepend 00, sha256 -> L   folder path -> C
/// C  hexlify, prepend 00||statement up to the commitment's value, append the rest, sha256 -> entry hash
///    log path -> raw root of a checkpoint
/// </code>
/// A level of a tree is <c>append sibling, prepend 01, sha256</c> with the sibling on the right, <c>prepend 01||sibling,
/// sha256</c> with it on the left.
/// </summary>
public static class DocumentPath
{
    private const string CommitmentField = "\ncommitment ";

    /// <summary>From D to the hash of the ledger's entry.</summary>
    /// <param name="binding">X.</param>
    /// <param name="opening">Opens the document; with or without its item text.</param>
    /// <param name="statement">The entry, whose commitment the opening leads to.</param>
    public static IReadOnlyList<OtsOperation> ToEntry(in Hash binding, Opening opening, Statement statement)
    {
        var path = new List<OtsOperation>(10 + 3 * opening.Path.Count);
        AddHashed(path, opening.ContentNonce.ToArray(), [Fingerprint.ContentPrefix, .. binding.ToArray()]);
        AddHashed(path, OpeningProof.Metadata(binding, opening).ToArray(), [MerkleHash.LeafPrefix]);
        AddLevels(path, opening.Path);
        var text = statement.ToText();
        // No value holds a line feed, so this is the field itself.
        var value = text.IndexOf(CommitmentField, StringComparison.Ordinal) + CommitmentField.Length;
        path.Add(OtsOperation.Hexlify);
        path.Add(OtsOperation.Prepend([MerkleHash.LeafPrefix, .. Encoding.UTF8.GetBytes(text[..value])]));
        path.Add(OtsOperation.Append(Encoding.UTF8.GetBytes(text[(value + 2 * Hash.Size)..])));
        path.Add(OtsOperation.Sha256);
        return path;
    }

    /// <summary>From an entry's hash to the raw root of a tree that includes it.</summary>
    /// <param name="index">The entry's.</param>
    /// <param name="size">Entries of the tree.</param>
    /// <param name="siblings">The inclusion path.</param>
    /// <exception cref="ArgumentException">The path has not the length that index and size demand.</exception>
    public static IReadOnlyList<OtsOperation> ToRoot(ulong index, ulong size, IReadOnlyList<Hash> siblings)
    {
        var path = new List<OtsOperation>(3 * siblings.Count);
        AddLevels(path, MerkleTree.Steps(index, size, siblings)
            ?? throw new ArgumentException($"No inclusion path of entry {index} of {size} has {siblings.Count} hashes.", nameof(siblings)));
        return path;
    }

    private static void AddLevels(List<OtsOperation> path, IEnumerable<PathStep> steps)
    {
        foreach (var step in steps)
        {
            if (step.Left)
                path.AddRange([OtsOperation.Prepend([MerkleHash.NodePrefix, .. step.Sibling.ToArray()]), OtsOperation.Sha256]);
            else
                AddHashed(path, step.Sibling.ToArray(), [MerkleHash.NodePrefix]);
        }
    }

    private static void AddHashed(List<OtsOperation> path, byte[] suffix, byte[] prefix) =>
        path.AddRange([OtsOperation.Append(suffix), OtsOperation.Prepend(prefix), OtsOperation.Sha256]);
}
