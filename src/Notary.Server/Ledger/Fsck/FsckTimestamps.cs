using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The outside authorities' tokens: each must be over a checkpoint of this ledger's own history, signed by a key that it
/// had. Who the authorities are is for a verifier to judge, who has their roots.
/// </summary>
internal sealed class FsckTimestamps(FsckTree tree, IReadOnlyList<VerifierKey> keys, Checkpoint head, FsckFindings findings)
{
    public void Check(string path, CancellationToken cancellation)
    {
        try
        {
            foreach (var token in TokenStore.ReadAll(path))
            {
                cancellation.ThrowIfCancellationRequested();
                if (Problem(token) is { } problem)
                    findings.Add(FsckKind.Timestamp, $"time-stamp of {token.Authority} over {token.Size} entries", problem);
            }
        }
        catch (SqliteException e)
        {
            findings.Add(FsckKind.Timestamp, path, e.Message);
        }
    }

    private string? Problem(StoredToken token)
    {
        try
        {
            var note = SignedNote.Parse(Encoding.UTF8.GetString(token.Checkpoint.Span));
            var checkpoint = Checkpoint.Parse(note.Text);
            if (checkpoint.Size != token.Size || checkpoint.Origin != head.Origin)
                return "holds another checkpoint than it is listed under";
            if (!keys.Any(key => note.Check(key) == NoteCheck.Valid))
                return "is over a checkpoint without a valid signature of the ledger's key";
            if (token.Size > head.Size)
                return $"is over more entries than the database holds, which are {head.Size}: it is an older copy";
            if (token.Size == 0 || checkpoint.Root != tree.RootAt(token.Size))
                return "is over another history: its root is not the database's";
        }
        catch (MalformedException e)
        {
            return $"is over no checkpoint: {e.Message}";
        }

        var verdict = TimestampVerification.Verify(token.Token, MessageImprint.Of(Hash.Of(token.Checkpoint.Span)), null);
        return verdict.Standing == TokenStanding.Refused ? verdict.Problem!.Value.English : null;
    }
}
