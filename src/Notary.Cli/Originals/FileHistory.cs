using Notary.Core;

namespace Notary.Cli;

/// <summary>One deposit of a document.</summary>
internal readonly record struct FiledDocument(FiledEvidence Evidence, ItemText Item);

/// <summary>
/// The deposits of one document in the order of the ledger. It is one document where it was deposited from this place,
/// where a deposit follows such a one (<c>previous</c>) and has an item of the same path, and where it has the content
/// that the file has now, under whatever name.
/// </summary>
internal static class FileHistory
{
    /// <param name="evidence">All that is known.</param>
    /// <param name="rootsOf">The roots that a deposit was made from; none where nobody wrote them down.</param>
    /// <param name="path">The document as the user names it.</param>
    /// <param name="now">What the file is now, or null when there is none.</param>
    public static IReadOnlyList<FiledDocument> Of(
        IReadOnlyList<FiledEvidence> evidence, Func<FiledEvidence, IReadOnlyList<OriginalRoot>> rootsOf, string path, ItemText? now)
    {
        var full = Path.GetFullPath(path);
        var documents = evidence.SelectMany(one => one.Items.Select(item => new FiledDocument(one, item))).ToList();
        var found = documents.Where(document => IsHere(document, rootsOf(document.Evidence), path, full)).ToHashSet();
        Follow(documents, found);
        if (now is not null)
            found.UnionWith(documents.Where(document => document.Item.Sha256 == now.Sha256 && document.Item.Size == now.Size));
        return [.. found.OrderBy(document => document.Evidence.Order).ThenBy(document => document.Item.Path, StringComparer.Ordinal)];
    }

    private static bool IsHere(in FiledDocument document, IReadOnlyList<OriginalRoot> roots, string path, string full)
    {
        var itemPath = document.Item.Path;
        return roots.Count > 0
            ? roots.Any(root => root.PlaceOf(itemPath) == full)
            : itemPath == path || full.EndsWith("/" + itemPath, StringComparison.Ordinal);
    }

    /// <summary>Adds what follows a deposit found, and what it follows, until nothing is added.</summary>
    private static void Follow(List<FiledDocument> documents, HashSet<FiledDocument> found)
    {
        var byDeposit = documents.ToLookup(document => (document.Evidence.Deposit, document.Item.Path));
        var byPrevious = documents.Where(document => document.Evidence.Previous is not null)
            .ToLookup(document => (document.Evidence.Previous!.Value, document.Item.Path));
        var pending = new Stack<FiledDocument>(found);
        while (pending.TryPop(out var document))
        {
            var earlier = document.Evidence.Previous is { } previous ? byDeposit[(previous, document.Item.Path)] : [];
            foreach (var linked in earlier.Concat(byPrevious[(document.Evidence.Deposit, document.Item.Path)]))
            {
                if (found.Add(linked))
                    pending.Push(linked);
            }
        }
    }
}
