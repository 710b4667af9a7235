using Notary.Core;

namespace Notary.Cli;

/// <summary>What <c>notary deposit</c> was asked to do, checked as far as that needs no file and no server.</summary>
/// <param name="Paths">Files and folders, at least one.</param>
/// <param name="Server">The server's address.</param>
/// <param name="Out">The output folder.</param>
/// <param name="TrustFile">The trust file given, or null.</param>
/// <param name="Each">One deposit a file.</param>
internal sealed record DepositOptions(IReadOnlyList<string> Paths, string Server, string Out, string? TrustFile, bool Each)
{
    public required string Kind { get; init; }

    public string? Title { get; init; }

    public DepositId? Previous { get; init; }

    public SigningKey? Key { get; init; }

    /// <summary>What is shown to the server.</summary>
    public ClientIdentity Identity { get; init; } = ClientIdentity.None;

    /// <summary>A folder of earlier evidence, or null.</summary>
    public string? Earlier { get; init; }

    /// <summary>What makes the context record, or null for none.</summary>
    public ContextCapture? Context { get; init; }

    /// <summary>Of what the user is asked.</summary>
    public Language Language { get; init; }

    /// <summary>Whether the user agreed beforehand to what would be asked.</summary>
    public bool IsAgreed { get; init; }
}

/// <summary>
/// A deposit from files to evidence: (1) find the files, (2) learn the ledger's origin and key, (3) check that the
/// evidence can be written, (4) hash, (5) write the pending journal and make it durable, (6) only now send, (7) verify and
/// write the evidence, (8) drop the journal. A crash at any point leaves either nothing sent, or a journal that resumes.
/// </summary>
internal sealed class DepositRun(CliContext context, DepositOptions options)
{
    private readonly OutputFolder output = new(options.Out);

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var client = LedgerClient.Connect(options.Server, context.Time, options.Identity);
        CheckOutput();
        try
        {
            var files = FileSource.Walk(options.Paths, cancellation); // (1)
            var record = TakeContext(files);
            var ledger = await FindLedgerAsync(client, cancellation); // (2)
            var account = await FindAccountAsync(client, cancellation);
            using var journal = await PrepareAsync(files, record, ledger, account, cancellation);
            var sending = new Sending(context, client, output, isPinned: options.TrustFile is null, options.Earlier);
            return await sending.FinishAsync(journal, [.. Enumerable.Range(0, journal.Count)], ledger.Trust, options.Paths, cancellation); // (6) to (8)
        }
        catch (CliException exception) when (exception.ExitCode == ExitCode.Input && exception.Hints.Count == 0)
        {
            throw exception.WithHints("nothing was sent");
        }
        catch (OperationCanceledException)
        {
            // From before the first byte was sent: the sending half speaks for itself.
            throw new CliException(ExitCode.Interrupted, "interrupted", "nothing was sent");
        }
    }

    /// <summary>Evidence that is written into a folder while that folder is deposited would be part of the next deposit, with its secrets.</summary>
    private void CheckOutput()
    {
        var target = Path.GetFullPath(options.Out) + Path.DirectorySeparatorChar;
        foreach (var path in options.Paths.Where(Directory.Exists))
        {
            if (target.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw CliException.Input($"--out {options.Out}: lies inside {path}, which is to be deposited", "choose a folder outside of it");
        }

        if (File.Exists(options.Out))
            throw CliException.Input($"--out {options.Out}: is a file, not a folder");
        if (PendingJournal.In(options.Out).Count > 0)
            context.Terminal.Hint($"an earlier run waits here: {Sending.ResumeCommand(options.Out, options.Server, options.Identity)}");
    }

    /// <summary>The context record, seen by the user before anything is hashed or sent.</summary>
    private ContextRecord? TakeContext(IReadOnlyList<SourceFile> files)
    {
        // Also without a record: what stands at its path would be taken for one.
        if (files.FirstOrDefault(file => ContextRecord.IsReserved(file.Path)) is { FullName: { } taken })
            throw CliException.Input($"{taken}: the path {ContextRecord.ItemPath} is reserved for a deposit's context record", "rename it");
        var record = options.Context?.Take(context.Time);
        if (record is not null)
            ContextCapture.Show(context.Terminal, record, options.IsAgreed, options.Language);
        return record;
    }

    private async Task<(string Origin, Trust Trust, bool IsNew)> FindLedgerAsync(LedgerClient client, CancellationToken cancellation)
    {
        var trust = Trust.Find(options.TrustFile, options.Out);
        if (trust?.OnlyOrigin is { } origin)
            return (origin, trust, false);
        var ledger = await client.GetInfoAsync(cancellation);
        if (trust is null)
            return (ledger.Key.Name, Trust.OnFirstUse(ledger, options.Server, options.Out), true);
        // By its name: whether its key is one that the file names, or follows from one, the certificates will show.
        return trust.Policy.Logs.Any(log => log.Key.Name == ledger.Key.Name)
            ? (ledger.Key.Name, trust, false)
            : throw new CliException(ExitCode.Failed, $"{trust.Place} does not name the ledger of {options.Server}: {ledger.Key}");
    }

    /// <summary>For whom to deposit: whoever shows something is asked no questions that the server can answer.</summary>
    private async Task<string> FindAccountAsync(LedgerClient client, CancellationToken cancellation)
    {
        var account = options.Identity.IsSomebody ? await client.FindAccountAsync(cancellation) : null;
        var named = options.Key?.Verifier.Name;
        if (account is null)
            return named ?? DepositBuilder.LocalAccount;
        if (named is not null && named != account.Account)
            throw CliException.Input($"the signing key is of the account {named}, and the caller of {account.Account}", "give a key whose name is the account");
        if (named is null && account.RequiresSignature)
            throw CliException.Input($"the account {account.Account} deposits with signed requests only", "give its signing key with --key FILE");
        return account.Account;
    }

    /// <summary>Steps 3 to 5. Until this returns, nothing has been sent, and whatever goes wrong leaves nothing behind.</summary>
    private async Task<PendingJournal> PrepareAsync(
        IReadOnlyList<SourceFile> files, ContextRecord? record, (string Origin, Trust Trust, bool IsNew) ledger, string account, CancellationToken cancellation)
    {
        var terms = new DepositTerms(ledger.Origin, account, options.Kind, options.Title, options.Previous, options.Key, record);
        var builder = new DepositBuilder(terms, context.Time, context.Random);
        var plan = new DepositPlan(builder, files, options);
        CheckNames(plan, ledger.IsNew); // (3)
        DurableFile.CreateFolder(options.Out);
        var run = new PendingRun(options.Server, ledger.Trust.Place, ledger.Trust.Text);
        var journal = PendingJournal.Create(options.Out, run, context.Time.GetUtcNow(), RandomBytes(4));
        try
        {
            await HashAsync(plan, files, journal, cancellation); // (4)
            if (ledger.IsNew)
                ledger.Trust.Pin(context.Terminal, $"pinned the key of {ledger.Origin} on first use in {ledger.Trust.Place}");
            OriginalsList.Write(options.Out, Path.GetFileNameWithoutExtension(journal.FullName), OriginalRoot.Of(options.Paths), plan.Deposits);
            journal.Seal(); // (5)
            return journal;
        }
        catch
        {
            journal.Delete();
            throw;
        }
    }

    private void CheckNames(DepositPlan plan, bool pins)
    {
        var problems = output.ProblemsWith(plan.EvidenceNames).ToList();
        var pin = Trust.PinPath(options.Out);
        if (pins && plan.EvidenceNames.Any(name => name.StartsWith("trust/", StringComparison.Ordinal)))
            problems.Add($"{pin} is needed for the ledger's key, and for a folder of evidence too");
        if (problems.Count > 0)
            throw FileSource.Refused(problems).WithHints("nothing was sent", "choose another folder with --out");
    }

    private async Task HashAsync(DepositPlan plan, IReadOnlyList<SourceFile> files, PendingJournal journal, CancellationToken cancellation)
    {
        var bytes = files.Aggregate(0UL, (sum, file) => sum + file.Stamp.Size);
        var label = $"hashing {Sizes.Count(files.Count, "file")}";
        await Progress.RunAsync(context.Terminal, label, bytes, async progress =>
        {
            await plan.HashAsync(journal, progress, cancellation);
            return 0;
        });
        context.Terminal.Line($"hashed {Sizes.Count(files.Count, "file")}, {Sizes.Bytes(bytes)}");
    }

    private byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        context.Random.GetBytes(bytes);
        return bytes;
    }
}
