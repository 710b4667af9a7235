using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// For documents of one deposit, the earliest deposit of the same bytes among other evidence: an unchanged file is as old
/// as its first certificate. Derived whenever it is shown, and written nowhere: the evidence of a deposit stands alone.
/// </summary>
internal sealed class EarliestDeposits
{
    private readonly Dictionary<(ulong Size, Hash Sha256), FiledDocument> earliest = [];

    /// <param name="others">The other evidence.</param>
    /// <param name="statement">The deposit whose documents are looked up; only what came before it on its ledger counts.</param>
    /// <param name="index">Its entry.</param>
    public EarliestDeposits(IReadOnlyList<FiledEvidence> others, Statement statement, ulong index)
    {
        foreach (var other in others.Where(other => other.Statement.Ledger == statement.Ledger && other.Index < index))
        {
            foreach (var item in other.Items)
            {
                var key = (item.Size, item.Sha256);
                if (!earliest.TryGetValue(key, out var known) || other.Index < known.Evidence.Index)
                    earliest[key] = new FiledDocument(other, item);
            }
        }
    }

    /// <summary>The earliest deposit of these bytes; null when there is none before.</summary>
    public FiledDocument? Of(ItemText item) => earliest.TryGetValue((item.Size, item.Sha256), out var found) ? found : null;
}
