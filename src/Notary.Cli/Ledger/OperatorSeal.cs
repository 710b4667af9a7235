using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary>Fetches the certificate of a deposit as the PDF that its operator seals. What comes is checked as a stranger's.</summary>
internal sealed class OperatorSeal(CliContext context, string server, ClientIdentity identity)
{
    /// <summary>The sealed PDF; null where nobody seals it, which is said.</summary>
    /// <exception cref="CliException">The server refused, or gave something else than this deposit's certificate, sealed.</exception>
    public async Task<byte[]?> FetchAsync(Certificate certificate, CancellationToken cancellation)
    {
        using var client = LedgerClient.Connect(server, context.Time, identity);
        var deposit = Statement.Parse(certificate.Statement).Deposit;
        try
        {
            var answer = await client.GetCertificatePdfAsync(deposit, cancellation);
            if (answer is { Sealed: true })
                return Check(answer.Pdf.ToByteArray(), certificate, deposit, cancellation);
            context.Terminal.Warning($"the operator of {server} seals no certificates: it is written without a seal");
        }
        catch (CliException exception) when (exception.IsSilence)
        {
            context.Terminal.Warning($"{exception.Message}: the certificate is written without a seal");
        }

        return null;
    }

    private byte[] Check(byte[] pdf, Certificate certificate, DepositId deposit, CancellationToken cancellation)
    {
        CertificatePdfFile file;
        try
        {
            file = CertificatePdfFile.Read(pdf, cancellation);
        }
        catch (MalformedException exception)
        {
            throw new CliException(ExitCode.Failed, $"{server} sent what is no certificate.pdf: {exception.Message}", "nothing was written");
        }

        var given = file.Evidence.Certificate;
        if (given.Statement != certificate.Statement || (given.Claims ?? certificate.Claims) != certificate.Claims || (given.Request ?? certificate.Request) != certificate.Request)
            throw new CliException(ExitCode.Failed, $"{server} has another entry for deposit {deposit} than the evidence", "nothing was written");
        if (given.Claims is null && certificate.Claims is not null)
            throw new CliException(ExitCode.Server, $"{server} withholds who deposited: what was shown to it is not the account that did", "show it that account's key; nothing was written");
        // Under a policy that trusts nobody: what fails under it fails under every other.
        var inputs = new VerifierInputs(TrustPolicy.Parse("quorum none\n")) { OfFile = file.Check(null, null, context.Time.GetUtcNow()) };
        var failed = Verifier.Verify(file.Evidence, inputs).Checks.Where(check => check.Result == CheckResult.Fail || (check.Name == CheckNames.Pages && check.Result != CheckResult.Pass)).ToList();
        return failed.Count == 0
            ? pdf
            : throw new CliException(ExitCode.Failed, [.. failed.Select(check => $"{server} sent a certificate.pdf that does not verify: {check.Name}: {check.Reason.English}")], "nothing was written");
    }
}
