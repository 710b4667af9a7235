using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Bench;
using Notary.Server;

namespace Notary.Faults;

/// <summary>
/// <c>notary-faults victim</c>, which <see cref="StepRun"/> starts: opens a ledger, deposits from several callers, prints
/// what was acknowledged, and kills itself at a durable step.
/// </summary>
internal static class StepVictim
{
    /// <summary>The last word of a whole line.</summary>
    public const string End = "end";

    private const int Callers = 4;

    /// <summary>Deposits after which uuids move into the index: few, so that a short life sees many moves.</summary>
    private const int RunSize = 64;

    public static Command Create()
    {
        var data = new Option<string>("--data") { Required = true };
        var step = new Option<DurableStep>("--step") { Required = true };
        var moment = new Option<StepMoment>("--moment") { Required = true };
        var after = new Option<int>("--after") { Required = true };
        var command = new Command("victim") { data, step, moment, after, Options.Seed };
        command.Hidden = true;
        command.SetAction(parsed => RunAsync(
            parsed.GetRequiredValue(data), parsed.GetRequiredValue(step), parsed.GetRequiredValue(moment), parsed.GetRequiredValue(after), parsed.GetValue(Options.Seed)));
        return command;
    }

    private static async Task<int> RunAsync(string data, DurableStep step, StepMoment moment, int after, int seed)
    {
        var reached = 0;
        var options = new LedgerOptions
        {
            DataDirectory = data,
            Store = StoreKind.Sqlite,
            AtStep = AtStep,
            WrapStore = store =>
            {
                ((SqliteStore)store).WatchMoves(RunSize, side => AtStep(DurableStep.MoveUuids, side));
                return store;
            },
        };
        await using var ledger = Ledger.Open(options, NullLogger<Ledger>.Instance);
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => CallAsync(ledger, seed + i, output)));
        return 0;

        void AtStep(DurableStep at, StepMoment side)
        {
            if ((at, side) == (step, moment) && Interlocked.Increment(ref reached) == after)
                Process.GetCurrentProcess().Kill();
        }
    }

    private static async Task CallAsync(Ledger ledger, int seed, TextWriter output)
    {
        var requests = new RequestFactory(ledger.Origin, TimeProvider.System, seed);
        while (true)
        {
            var request = requests.Next().Bytes;
            var result = await ledger.DepositAsync(Depositor.Local, request, CancellationToken.None);
            if (result.Outcome != DepositOutcome.Issued)
                return;
            var (certificate, text) = (result.Certificate!, Convert.ToBase64String(request));
            await output.WriteLineAsync(
                $"{text} {Convert.ToBase64String(certificate.Statement.Span)} {Convert.ToBase64String(certificate.Claims.Span)} {Convert.ToBase64String(certificate.Proof.Span)} {End}");
        }
    }
}
