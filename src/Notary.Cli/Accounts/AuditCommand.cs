using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Notary.Core;
using Notary.Server;
using Proto = Notary.V1;

namespace Notary.Cli;

/// <summary><c>notary audit</c>: reads the audit log of a ledger's accounts, checks it, and has a ledger go on that lost the newest.</summary>
internal static class AuditCommand
{
    private const int Page = 1_000;

    private static readonly Option<string> Data = new("--data") { Description = "The ledger's folder.", HelpName = "DIR", Required = true };
    private static readonly Option<string> Server = new("--server") { Description = "The ledger's server; the caller's role must be auditor.", HelpName = "URL", Required = true };
    private static readonly Option<ulong> From = new("--from") { Description = "The first record shown.", HelpName = "N", DefaultValueFactory = _ => 1 };

    private static readonly Option<string?> Mark = new("--high-water-mark") { Description = "The mark's file, where 'serve' was given one.", HelpName = "PATH" };

    // No default: whoever goes on with an older copy is to think of the keys in it.
    private static readonly Option<string?> Credentials = new("--credentials") { Description = "What becomes of the copy's keys, certificates and subjects, some of which may have been revoked since.", HelpName = "keep|revoke" };

    public static Command Create(CliContext context)
    {
        var verify = new Command("verify", "Check that no record was changed, left out or put in, and compare the log with the heads on the ledger.") { Data };
        verify.SetAction((arguments, cancellation) => Task.FromResult(Verify(context, arguments, cancellation)));
        var show = new Command("show", "Print the records, each a notary.record/v1 text.") { Server, From };
        ClientIdentity.AddTo(show);
        show.SetAction((arguments, cancellation) => ShowAsync(context, arguments, cancellation));
        var go = new Command("continue", """
            Go on with accounts that are older than what the ledger knows, or with none, when the newest are lost.
            An entry of the ledger says so for ever. Stop the server first.
            """)
        {
            Data, Mark, Credentials,
        };
        go.SetAction((arguments, _) => ContinueAsync(context, arguments));
        return new Command("audit", "The log of who did what: hash-linked, its head on the ledger.") { verify, show, go };
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
        foreach (var loss in report.Losses)
            context.Terminal.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"entry {loss.Entry} of {Timestamp.Format(loss.At)} says that records were lost: of {loss.Known} that the ledger had vouched for, {loss.Kept} were left"));
        if (report.Problem is { } problem)
            throw new CliException(ExitCode.Failed, problem, "keep the folder as it is, and ask who had access to it");
        context.Terminal.Line("the audit log is whole");
        return ExitCode.Pass;
    }

    private static async Task<int> ContinueAsync(CliContext context, ParseResult arguments)
    {
        var keep = arguments.GetValue(Credentials) switch
        {
            null => (bool?)null,
            "keep" => true,
            "revoke" => false,
            var word => throw CliException.Input($"{Credentials.Name} {word}: is neither keep nor revoke"),
        };
        var options = new LedgerOptions
        {
            DataDirectory = arguments.GetRequiredValue(Data),
            HighWaterMarkPath = arguments.GetValue(Mark),
            TimeProvider = context.Time,
            Randomness = context.Random,
        };
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new TerminalLogs(context.Terminal)));
        try
        {
            var report = await AuditContinuation.RunAsync(options, keep, AccountRegister.LocalActor, loggers.CreateLogger<Ledger>());
            context.Terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"entry {report.Entry} of the ledger says that records of the audit log were lost: of {report.Known} that it had vouched for, {report.Kept} are left"));
            if (report.Revoked > 0)
                context.Terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{Sizes.Count(report.Revoked, "credential")} revoked: make new ones with 'notary account key'"));
            context.Terminal.Line("look at 'notary account list': accounts, roles and signing keys are those of the copy, whatever was changed since");
            return ExitCode.Pass;
        }
        catch (StoreException exception)
        {
            throw CliException.Input(exception.Message, "see to the disk, and run it again");
        }
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
