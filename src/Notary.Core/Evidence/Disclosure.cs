namespace Notary.Core;

/// <summary>
/// A deposit about to be disclosed in part: the items that were chosen, and what it takes to open them and no other.
/// Nothing of it has been verified; the evidence that <see cref="Open"/> gives is to be verified before it is given away.
/// </summary>
/// <remarks>Keeps 64 bytes for each item of the deposit, and the texts of the chosen ones alone.</remarks>
public sealed class Disclosure
{
    private readonly Evidence closed;
    private readonly Fingerprint fingerprint;

    private Disclosure(Evidence closed, Fingerprint fingerprint, IReadOnlyList<ItemText> chosen) =>
        (this.closed, this.fingerprint, Chosen) = (closed, fingerprint, chosen);

    /// <summary>The chosen items, sorted by the bytes of their paths.</summary>
    public IReadOnlyList<ItemText> Chosen { get; }

    /// <summary>Items of the deposit.</summary>
    public int Count => fingerprint.Leaves.Count;

    /// <summary>Reads evidence of a whole deposit.</summary>
    /// <param name="evidence">Seekable; read from its start. It stays open.</param>
    /// <param name="isChosen">Asked of each item once, in the order of the paths' bytes.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="MalformedException">Not evidence, evidence that opens only a part, or a statement that cannot be read.</exception>
    public static Disclosure Read(Stream evidence, Func<ItemText, bool> isChosen, CancellationToken cancellation = default)
    {
        var chosen = new List<ItemText>();
        Fingerprint? fingerprint = null;
        var closed = EvidenceReader.ReadWithoutItems(evidence, Commit, cancellation);
        return new Disclosure(
            closed,
            fingerprint ?? throw new MalformedException("evidence", EvidenceNames.Manifest, "is missing: only the evidence of a whole deposit can open its items"),
            chosen);

        void Commit(Certificate certificate, Hash seed, IEnumerable<ItemText> items)
        {
            var statement = Statement.Parse(certificate.Statement);
            fingerprint = Fingerprint.CreateFrom(statement.Ledger, statement.Deposit, seed, items.Select(Keep), cancellation);
        }

        ItemText Keep(ItemText item)
        {
            if (isChosen(item))
                chosen.Add(item);
            return item;
        }
    }

    /// <summary>The leaf of a chosen item, which names its opening.</summary>
    public Hash LeafOf(ItemText item) => fingerprint.LeafOf(item);

    /// <summary>The evidence that shows the chosen items; time-stamps go along, OpenTimestamps paths for these items alone.</summary>
    /// <param name="showNames">Whether the item texts are shown, or only that a document with that content is in the deposit.</param>
    /// <param name="showDepositor">Whether claims and request are shown: who deposited, under which title, how many items.</param>
    public Evidence Open(bool showNames, bool showDepositor)
    {
        var certificate = showDepositor ? closed.Certificate : closed.Certificate with { Claims = null, Request = null };
        var openings = Chosen.ToDictionary(LeafOf, item => fingerprint.Open(item, showNames));
        // An OpenTimestamps path holds its item's content nonce.
        var attachments = closed.Attachments.Where(file => !EvidenceNames.IsOpenTimestamp(file.Name, out var leaf) || openings.ContainsKey(leaf));
        var evidence = Evidence.Disclose(certificate, openings).WithAttachments(attachments);
        // The context record is in no folder of the depositor's: its text goes along with its item.
        return showNames && closed.Context is { } context && evidence.Find(ContextRecord.ItemPath) is not null ? evidence.WithContext(context) : evidence;
    }
}
