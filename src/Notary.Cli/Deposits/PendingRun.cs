using Notary.Core;

namespace Notary.Cli;

/// <summary>What a resumed run needs to know of the run that was interrupted.</summary>
/// <param name="Server">The address that was given; where the deposit page saved the run, its own.</param>
/// <param name="Policy">The trust policy's text, as it was read then.</param>
/// <param name="TrustPlace">Where the policy came from, to be said.</param>
internal sealed record PendingRun(string Server, string TrustPlace, string Policy)
{
    private const string Document = "pending run";

    /// <summary>Whether the deposit page saved it. Of its server it knows the address for browsers alone, and no file of trust on this machine.</summary>
    public bool IsOfPage => Uri.TryCreate(Server, UriKind.Absolute, out var address) && address.AbsolutePath != "/";

    public byte[] ToBytes() => StrictText.Encode($"{Server}\n{TrustPlace}\n{Policy}");

    /// <exception cref="MalformedException">Not what <see cref="ToBytes"/> wrote.</exception>
    public static PendingRun Parse(ReadOnlySpan<byte> bytes) =>
        StrictText.Decode(Document, bytes).Split('\n', 3) is [var server, var place, var policy]
            ? new PendingRun(server, place, policy)
            : throw new MalformedException(Document, null, "is cut short");
}
