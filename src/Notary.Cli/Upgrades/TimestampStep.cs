using Google.Protobuf;
using Grpc.Core;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Cli;

/// <summary>Fetches the RFC 3161 tokens that the ledger has by now for a deposit.</summary>
/// <param name="client">The ledger's server.</param>
/// <param name="roots">Whom the user trusts for time-stamping, or null: then only that a token fits is checked.</param>
internal sealed class TimestampStep(LedgerClient client, TimestampRoots? roots)
{
    /// <summary>An <see cref="UpgradeStep"/>.</summary>
    /// <exception cref="CliException">The server cannot be reached, or has something else under the deposit's uuid.</exception>
    public async Task<Upgraded> ApplyAsync(Evidence evidence, CancellationToken cancellation)
    {
        var (certificate, lines, refusals) = (evidence.Certificate, new List<string>(), new List<string>());
        var tokens = certificate.Timestamps.ToList();
        foreach (var token in await FetchAsync(certificate, cancellation))
        {
            if (tokens.Exists(known => known.Token.Span.SequenceEqual(token.Token.Span)))
                continue;
            var verdict = TimestampVerification.Verify(token, certificate, roots);
            if (verdict.Standing == TokenStanding.Refused)
                refusals.Add($"a time-stamp that {client.Address} gave is left out: it {verdict.Problem!.Value.English}");
            else if (!Fits(certificate, [.. tokens, token]))
                refusals.Add($"a time-stamp is left out: a certificate holds {EvidenceLimits.Timestamps} and {EvidenceLimits.CertificateBytes:N0} bytes at most");
            else
            {
                tokens.Add(token);
                lines.Add(Describe(verdict));
            }
        }

        if (lines.Count == 0)
            lines.Add(tokens.Count == 0 ? "no time-stamp has arrived yet" : $"no new time-stamp; {Sizes.Count(tokens.Count, "time-stamp")} in it");
        return new Upgraded(tokens.Count == certificate.Timestamps.Count ? evidence : evidence.WithTimestamps(tokens), lines, refusals);
    }

    private static bool Fits(Certificate certificate, IReadOnlyList<TimestampToken> tokens)
    {
        try
        {
            (certificate with { Timestamps = tokens }).ToJson();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private string Describe(TokenVerdict verdict)
    {
        var what = $"time-stamp of {Timestamp.Format(verdict.Info!.Time)} by {verdict.Authority}";
        return verdict.Standing == TokenStanding.Verified
            ? what
            : $"{what}, whose root was {(roots is null ? "not given: --tsa-roots FILE checks it" : "not among those given")}";
    }

    private async Task<List<TimestampToken>> FetchAsync(Certificate certificate, CancellationToken cancellation)
    {
        var deposit = Statement.Parse(certificate.Statement).Deposit;
        var answer = await client.GetCertificateAsync(deposit, cancellation);
        // The same uuid with another entry: another ledger at that address, or one that has broken its word.
        if (!answer.Statement.Span.SequenceEqual(StrictText.Encode(certificate.Statement)))
            throw new CliException(
                ExitCode.Failed, $"{client.Address} has another entry for deposit {deposit} than the evidence", "nothing was changed");
        return [.. answer.Timestamps.Select(token => Read(token, answer.Proof))];
    }

    /// <summary>A token over the answer's own checkpoint needs the answer's proof, since the evidence keeps its older one.</summary>
    private static TimestampToken Read(Proto.Timestamp token, ByteString proof)
    {
        var own = token.Proof.IsEmpty ? proof : token.Proof;
        return new TimestampToken(
            token.Over, token.Token.Memory, token.Over == TimestampToken.OverCommitment ? null : StrictText.Decode("proof", own.Span));
    }
}
