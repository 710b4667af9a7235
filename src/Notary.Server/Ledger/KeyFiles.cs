using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The key files of a folder. <c>ledger.key</c> is there from the first start on; beside it stands <c>ledger.key.next</c>
/// while a key change is under way. Which of the two signs is not for the files to say but for the ledger's last key
/// entry: so a change that was interrupted is either on the ledger, and then finished, or not, and then undone.
/// </summary>
/// <param name="Current">In <c>ledger.key</c>.</param>
/// <param name="Next">In <c>ledger.key.next</c>; null when no change is under way.</param>
internal sealed record KeyFiles(SigningKey Current, SigningKey? Next)
{
    /// <summary>The key at hand that is this one; else the one in <c>ledger.key</c>.</summary>
    public SigningKey Choose(VerifierKey current) => Next?.Verifier == current ? Next : Current;

    /// <summary>Ends a change that is under way, as the ledger says: its entry is durable, or was never written.</summary>
    /// <returns>Null when there was none; true when it was finished, false when it was undone.</returns>
    public bool? Settle(DataFolder folder, VerifierKey current)
    {
        if (Next?.Verifier == current)
        {
            // The old key goes here, unless a copy was put aside before.
            DurableFile.Replace(folder.Key, by: folder.NextKey);
            return true;
        }

        // The next key has signed nothing that anybody can have seen. It goes last: it is what shows that a change was begun.
        // A copy of the key that still signs was made for a change that never came.
        foreach (var path in (string[])[folder.OldKey(current), folder.NextKey])
        {
            DurableFile.Delete(path + DurableFile.Draft);
            DurableFile.Delete(path);
        }

        return Next is null ? null : false;
    }
}
