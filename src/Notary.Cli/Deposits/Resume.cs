using Notary.Core;

namespace Notary.Cli;

/// <summary>Goes on with every interrupted run of an output folder, by the same path as a first run.</summary>
internal sealed class Resume(CliContext context, string outputFolder, string? server, string? trustFile, ClientIdentity identity)
{
    private readonly OutputFolder output = new(outputFolder);

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (!Directory.Exists(outputFolder))
            throw CliException.Input($"--out {outputFolder}: no such folder");
        var journals = PendingJournal.In(outputFolder);
        if (journals.Count == 0)
            context.Terminal.Line($"nothing is pending in {outputFolder}");
        var exitCode = ExitCode.Pass;
        foreach (var path in journals)
        {
            try
            {
                await RunOneAsync(path, cancellation);
            }
            catch (CliException exception) when (!exception.IsSilence && exception.ExitCode != ExitCode.Interrupted && path != journals[^1])
            {
                // One run that cannot go on does not keep the others from it.
                context.Terminal.Tell(exception);
                exitCode = exitCode == ExitCode.Pass ? exception.ExitCode : exitCode;
            }
        }

        return exitCode;
    }

    private async Task RunOneAsync(string path, CancellationToken cancellation)
    {
        using var journal = Open(path);
        if (journal is null)
        {
            context.Terminal.Warning($"{path}: another run is working on it");
            return;
        }

        if (!journal.IsReady)
        {
            // It never said 'ready', so nothing of it was ever sent.
            journal.Delete();
            context.Terminal.Line($"{path}: was interrupted before anything was sent; it is dropped, run the deposit again");
            return;
        }

        var run = journal.Run!;
        if (server is null && run.IsOfPage)
            throw NoServer(path, run);
        using var client = LedgerClient.Connect(server ?? run.Server, context.Time, identity);
        var trust = FindTrust(path, run);
        var isPinned = trustFile is null && Path.GetFullPath(trust.Place) == Path.GetFullPath(Trust.PinPath(outputFolder));
        await new Sending(context, client, output, isPinned).FinishAsync(journal, output.Missing(journal), trust, [], cancellation);
    }

    private CliException NoServer(string path, PendingRun run)
    {
        var likely = new UriBuilder(run.Server) { Port = ServeCommand.GrpcPort }.Uri.GetLeftPart(UriPartial.Authority);
        return CliException.Input(
            $"{path}: was saved by the page {run.Server}, which does not know where its server answers programs",
            $"go on with: {Sending.ResumeCommand(outputFolder, likely, identity)}",
            $"{ServeCommand.GrpcPort} is the port for programs unless the operator chose another; or choose the file on that page");
    }

    /// <summary>What the certificates must verify under. A page's trust file is kept in the output folder, where there is none yet.</summary>
    private Trust FindTrust(string path, PendingRun run)
    {
        if ((run.IsOfPage ? Trust.Find(trustFile, outputFolder) : trustFile is null ? null : Trust.Read(trustFile)) is { } known)
            return known;
        try
        {
            var trust = Trust.Parse(run.Policy, run.IsOfPage ? Trust.PinPath(outputFolder) : run.TrustPlace);
            if (run.IsOfPage)
                trust.Pin(context.Terminal, $"kept the trust file of the page, {run.TrustPlace}, in {trust.Place}");
            return trust;
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: the trust file in it, {run.TrustPlace}: {exception.Message}", "give another with --trust FILE");
        }
    }

    private static PendingJournal? Open(string path)
    {
        try
        {
            return PendingJournal.Open(path);
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}", "nothing was changed; if it is of no use, delete it");
        }
    }
}
