using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using Notary.Server;
using Proto = Notary.V1;

namespace Notary.Cli;

/// <summary><c>notary audit</c>: reads the audit log of a ledger's accounts, and checks it.</summary>
internal static class AuditCommand
{
    private const int Page = 1_000;

    private static readonly Option<string> Data = new("--data") { Description = "The ledger's folder.", HelpName = "DIR", Required = true };
    private static readonly Option<string> Server = new("--server") { Description = "The ledger's server; the caller's role must be auditor.", HelpName = "URL", Required = true };
    private static readonly Option<ulong> From = new("--from") { Description = "The first record shown.", HelpName = "N", DefaultValueFactory = _ => 1 };

    public static Command Create(CliContext context)
    {
        var verify = new Command("verify", "Check that no record was changed, left out or put in, and compare the log with the heads on the ledger.") { Data };
        verify.SetAction((arguments, cancellation) => Task.FromResult(Verify(context, arguments, cancellation)));
        var show = new Command("show", "Print the records, each a notary.record/v1 text.") { Server, From };
        ClientIdentity.AddTo(show);
        show.SetAction((arguments, cancellation) => ShowAsync(context, arguments, cancellation));
        return new Command("audit", "The log of who did what: hash-linked, its head on the ledger every hour.") { verify, show };
    }

    private static int Verify(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        AuditReport report;
        try
        {
            report = AuditVerification.Run(arguments.GetRequiredValue(Data), context.Time, cancellation);
        }
        catch (StoreException exception)
        {
            throw CliException.Input(exception.Message, "check the folder and who may read it");
        }

        context.Terminal.Fields(
            ("records", string.Create(CultureInfo.InvariantCulture, $"{report.Records}, each of them follows the one before")),
            ("on the ledger", report.Heads == 0
                ? "no head yet: nothing but the operator vouches for the log"
                : string.Create(CultureInfo.InvariantCulture, $"{report.Heads} heads that agree, the last at entry {report.Entry} over {report.Covered} records")),
            ("vouched for", string.Create(CultureInfo.InvariantCulture, $"{report.Covered} of {report.Records} records, by the ledger")));
        if (report.Problem is { } problem)
            throw new CliException(ExitCode.Failed, problem, "keep the folder as it is, and ask who had access to it");
        context.Terminal.Line("the audit log is whole");
        return ExitCode.Pass;
    }

    private static async Task<int> ShowAsync(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        using var client = LedgerClient.Connect(arguments.GetRequiredValue(Server), context.Time, ClientIdentity.Read(arguments));
        try
        {
            for (var next = arguments.GetValue(From); ;)
            {
                var answer = await client.Accounts.ReadAuditAsync(new Proto.ReadAuditRequest { First = next, Count = Page }, cancellationToken: cancellation);
                if (answer.Records.Count == 0)
                    return ExitCode.Pass;
                foreach (var record in answer.Records)
                {
                    foreach (var line in record.TrimEnd('\n').Split('\n'))
                        context.Terminal.Line(line);
                    context.Terminal.Line();
                }

                next += (ulong)answer.Records.Count;
            }
        }
        catch (RpcException exception)
        {
            throw ServerError.From(exception).ToException(client.Address);
        }
    }
}
