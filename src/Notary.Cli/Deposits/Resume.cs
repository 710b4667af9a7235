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
        var trust = trustFile is null ? Trust.Parse(run.Policy, run.TrustPlace) : Trust.Read(trustFile);
        using var client = LedgerClient.Connect(server ?? run.Server, context.Time, identity);
        var isPinned = trustFile is null && Path.GetFullPath(run.TrustPlace) == Path.GetFullPath(Trust.PinPath(outputFolder));
        await new Sending(context, client, output, isPinned).FinishAsync(journal, output.Missing(journal), trust, [], cancellation);
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
