using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The heads of the audit log on a ledger. The account index lists them under a name that no account can have, so that a
/// start finds the newest one without reading the ledger.
/// </summary>
internal static class AuditIndex
{
    /// <summary>What the account index lists them under: an account has no '.'.</summary>
    public const string Account = "notary.audit";

    private const int PageSize = 256;

    /// <summary>The heads below <paramref name="head"/>, the newest first, each compared with its leaf in the tree.</summary>
    /// <exception cref="StoreDamagedException">An entry is not what was signed, or is none.</exception>
    public static IEnumerable<(ulong Index, AuditHead Head)> Newest(ILedgerStore store, TreeReader tree, LedgerHead head)
    {
        for (var before = head.Size; store.ListAccount(Account, before, PageSize) is { Count: > 0 } page; before = page[^1])
        {
            foreach (var index in page)
                yield return (index, Parse(index, tree.Entries(head, index, 1, withRecords: false)[0].Entry));
        }
    }

    private static AuditHead Parse(ulong index, ReadOnlyMemory<byte> entry)
    {
        try
        {
            return AuditHead.Parse(Encoding.UTF8.GetString(entry.Span));
        }
        catch (MalformedException e)
        {
            throw new StoreDamagedException($"entry {index}", e.Message, index + 1);
        }
    }
}
