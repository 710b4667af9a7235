using Notary.Core;

namespace Notary.Cli;

/// <summary>A checkpoint as it was served, under the trust that it took to read it.</summary>
/// <param name="Seen">Signed by a trusted key, or by one that it led to.</param>
/// <param name="Followed">The key changes that were followed.</param>
internal sealed record FollowedCheckpoint(SeenCheckpoint Seen, Followed Followed)
{
    /// <summary>Reads a checkpoint; where no trusted key signed it, the ledger's key changes are asked for.</summary>
    /// <param name="served">The note.</param>
    /// <param name="trust">What is trusted, with what is known of later keys already.</param>
    /// <param name="address">Who served it, to be said.</param>
    /// <param name="source">Whom to ask.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="CliException">As <see cref="SeenCheckpoint"/> and <see cref="KeyFollower"/>.</exception>
    public static async Task<FollowedCheckpoint> ReadAsync(
        Served served, Followed trust, string address, KeyChangeSource source, CancellationToken cancellation)
    {
        if (OriginToFollow(served, trust.Policy) is { } origin)
        {
            trust = trust.Then(await KeyFollower.FollowAsync(trust.Policy, origin, source, cancellation));
            if (OriginToFollow(served, trust.Policy) is not null)
                throw KeyFollower.NotReached(address, origin);
        }

        return new FollowedCheckpoint(SeenCheckpoint.Read(served.Bytes.Span, served.Place, trust.Policy), trust);
    }

    private static string? OriginToFollow(Served served, TrustPolicy policy)
    {
        try
        {
            var note = SignedNote.Parse(StrictText.Decode("checkpoint", served.Bytes.Span));
            return Trust.LacksKeyOf(policy, note) ? Checkpoint.Parse(note.Text).Origin : null;
        }
        catch (MalformedException)
        {
            // Whoever reads it next says what is wrong with it.
            return null;
        }
    }
}
