using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// The second half of a run, first or resumed: sends what has no evidence yet, and drops the journal when all evidence is
/// durable. Whatever stops it, the journal stays, and the user is told how to go on.
/// </summary>
/// <param name="context">The world.</param>
/// <param name="client">The server.</param>
/// <param name="output">Where evidence goes.</param>
/// <param name="isPinned">Whether the trust is the key pinned in the output folder, which this program keeps.</param>
/// <param name="earlier">A folder of evidence, besides the output folder, of which unchanged documents cite the earliest; or null.</param>
internal sealed class Sending(CliContext context, LedgerClient client, OutputFolder output, bool isPinned, string? earlier = null)
{
    private const int RefusalsShown = 20;
    private const int CertificatesShown = 20;
    private const long EarlierBytes = 16 << 20;

    public static string ResumeCommand(string outputFolder, string server, ClientIdentity identity) =>
        Shell.Command(["notary", "deposit", "--resume", "--out", outputFolder, "--server", server, .. identity.Arguments]);

    /// <param name="journal">Ready.</param>
    /// <param name="open">Which of its deposits have no evidence yet.</param>
    /// <param name="trust">What the certificates must verify under.</param>
    /// <param name="paths">What was deposited, to be named in the command that verifies it; may be empty.</param>
    /// <param name="cancellation">Stops the run; the journal stays.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> FinishAsync(
        PendingJournal journal, IReadOnlyCollection<int> open, Trust trust, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        Sent sent;
        try
        {
            try
            {
                sent = await SendAsync(journal, open, trust, cancellation);
            }
            catch (CliException exception) when (exception.IsUnknownKey)
            {
                // The same bytes again: what is on the ledger already is answered as it was, under the key that is trusted now.
                trust = await FollowAsync(journal[0].Request.Request.Ledger, trust, exception, cancellation);
                sent = await SendAsync(journal, output.Missing(journal), trust, cancellation);
            }
        }
        catch (Exception exception) when (Stopped(exception) is { } stopped)
        {
            throw stopped.WithHints(Kept(journal, stopped.IsForBrowsers ? "URL" : client.Address));
        }

        if (sent.Refused.Count > 0)
            throw Refusal(sent.Refused, journal);
        // All evidence is flushed. A crash before the journal is gone only makes the next resume find nothing to do.
        journal.Delete();
        Summarise(journal.Count, open.Count, sent, Shell.Command(["notary", "verify", sent.Written ?? "", .. paths, "--trust", trust.Place]));
        return ExitCode.Pass;
    }

    private async Task<Sent> SendAsync(PendingJournal journal, IReadOnlyCollection<int> open, Trust trust, CancellationToken cancellation)
    {
        var sender = new Sender(client, journal, output, new Acceptance(trust), context.Time);
        var label = $"depositing {Sizes.Count(open.Count, "commitment")}";
        return await Progress.RunAsync(context.Terminal, label, open.Count, progress => sender.SendAsync(open, progress, cancellation));
    }

    /// <summary>The trust with the keys that the ledger changed to; the pinned file is brought up to them, another one is its owner's.</summary>
    private async Task<Trust> FollowAsync(string origin, Trust trust, CliException refusal, CancellationToken cancellation)
    {
        var followed = await KeyFollower.FollowAsync(trust.Policy, origin, client.GetKeyChangeAsync, cancellation);
        if (followed.New.Count == 0)
            throw refusal.WithHints(KeyFollower.NotReached(client.Address, origin).Hints);
        var extended = trust with { Policy = followed.Policy };
        if (!isPinned)
        {
            followed.Tell(context.Terminal, trust.Place, $"to do so: {Shell.Command("notary", "trust", "--server", client.Address, "--update", trust.Place)}");
            return extended;
        }

        Trust.Update(trust.Place, followed.New.Select(change => change.Change));
        followed.TellUpdated(context.Terminal, trust.Place);
        return extended;
    }

    private static CliException? Stopped(Exception exception) => exception switch
    {
        CliException known => known,
        OperationCanceledException => new CliException(ExitCode.Interrupted, "interrupted"),
        IOException or UnauthorizedAccessException => CliException.Input($"the evidence cannot be written: {exception.Message}"),
        _ => null,
    };

    private string[] Kept(PendingJournal journal, string server) =>
    [
        $"nothing is lost: what was to be deposited is kept in {journal.FullName}",
        $"go on with: {ResumeCommand(output.Root, server, client.Identity)}",
    ];

    private CliException Refusal(IReadOnlyList<string> refused, PendingJournal journal)
    {
        var lines = refused.Take(RefusalsShown).ToList();
        if (refused.Count > RefusalsShown)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"and {refused.Count - RefusalsShown:N0} more"));
        return new CliException(
            ExitCode.Server,
            lines,
            [.. Kept(journal, client.Address), $"or give it up, for ever: {Shell.Command("rm", journal.FullName)}"]);
    }

    private void Summarise(int all, int count, Sent sent, string verify)
    {
        var terminal = context.Terminal;
        if (sent is not { Written: { } path, Evidence: { } evidence })
        {
            terminal.Line($"all {Sizes.Count(all, "deposit")} had their evidence already, in {output.Root}");
            return;
        }

        if (all > 1)
        {
            terminal.Line($"deposited {Sizes.Count(count, "file")}, one deposit each; evidence in {output.Root}");
            terminal.Line("keep it private: evidence opens its deposit to whoever holds it");
            return;
        }

        var statement = Statement.Parse(evidence.Certificate.Statement);
        var proof = TlogProof.Parse(evidence.Certificate.Proof);
        var files = Sizes.Count(evidence.Manifest!.Items.Count - (evidence.Context is null ? 0 : 1), "file");
        terminal.Line(evidence.Context is null ? $"deposited {files}" : $"deposited {files} and their context record");
        terminal.Fields(
            ("deposit", statement.Deposit.ToString()),
            ("ledger", $"{statement.Ledger}, entry {proof.Index} in a tree of {proof.Checkpoint.Size}"),
            ("received", $"{Timestamp.Format(statement.Received)} by the ledger's clock"),
            ("evidence", path),
            ("keep it", "private and safe: it opens the deposit, and nothing else does"),
            ("verify", verify));
        try
        {
            CiteEarliest(evidence, statement, proof.Index, path);
        }
        catch (Exception exception) when (exception is CliException or IOException or UnauthorizedAccessException)
        {
            // The deposit is done and its evidence safe: what this would add is no reason to speak of a failure.
            terminal.Warning($"earlier evidence was not looked at: {exception.Message}");
        }
    }

    /// <summary>Which documents an earlier deposit in the same folder holds already: their age is that of its certificate.</summary>
    private void CiteEarliest(Evidence evidence, Statement statement, ulong index, string path)
    {
        string[] folders = earlier is null ? [output.Root] : [output.Root, earlier];
        var others = folders.SelectMany(FiledEvidence.Find).DistinctBy(Path.GetFullPath).ToList();
        // A folder that takes long to read is not read again for each deposit.
        if (others.Sum(other => new FileInfo(other).Length) > EarlierBytes)
        {
            context.Terminal.Line($"which of them were deposited before: {ShowCommand(path)}");
            return;
        }

        var earliest = new EarliestDeposits(FiledEvidence.ReadAll(others, CancellationToken.None).Read, statement, index);
        var cited = evidence.Manifest!.Items.Select(earliest.Of).OfType<FiledDocument>().GroupBy(document => document.Evidence).OrderBy(group => group.Key.Order).ToList();
        foreach (var group in cited.Take(CertificatesShown))
            context.Terminal.Line($"  {Sizes.Count(group.Count(), "file")} unchanged since {Timestamp.Format(group.Key.Statement.Received)}: the earliest certificate is in {group.Key.Path}");
        if (cited.Count > 0)
            context.Terminal.Line($"  file by file: {ShowCommand(path)}");
    }

    private string ShowCommand(string path) => Shell.Command("notary", "show", path, "--earlier", earlier ?? output.Root);
}
