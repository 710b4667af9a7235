using Notary.Core;

namespace Notary.Server;

/// <summary>The server's own time-stamping authority.</summary>
/// <param name="CertificatePath">PEM: the authority's certificate, then those above it.</param>
/// <param name="KeyPath">PEM: its private key, readable by its owner alone.</param>
/// <param name="Policy">The policy of its tokens, dotted; null is the project's own.</param>
public sealed record AuthorityOptions(string CertificatePath, string KeyPath, string? Policy);

/// <summary>Somebody else's time-stamping authority, which stamps the ledger's checkpoints.</summary>
/// <param name="Url">Where it takes queries, http or https.</param>
/// <param name="Roots">Up to which its tokens must verify before they are kept.</param>
public sealed record OutsideAuthority(Uri Url, TimestampRoots Roots)
{
    /// <summary>What it is called in logs, health and store: the URL without its query, which may hold a customer's token.</summary>
    public string Name => Url.GetLeftPart(UriPartial.Path);
}
