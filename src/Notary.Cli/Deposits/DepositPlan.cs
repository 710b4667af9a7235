using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// Which files make which deposit: all of them one, or each its own. Hashing writes the deposits to the journal; with one
/// deposit a file they go there as they are hashed, so that thousands are never in memory together.
/// </summary>
internal sealed class DepositPlan
{
    private readonly DepositBuilder builder;
    private readonly IReadOnlyList<SourceFile> files;
    private readonly DepositId[] ids;
    private readonly string[] names;

    public DepositPlan(DepositBuilder builder, IReadOnlyList<SourceFile> files, DepositOptions options)
    {
        (this.builder, this.files) = (builder, files);
        ids = new DepositId[options.Each ? files.Count : 1];
        names = new string[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = builder.NewId();
            names[i] = OutputFolder.EvidenceName(options.Each ? files[i].Path : NameOfAll(options.Paths), ids[i]);
        }

        var limit = EvidenceLimits.Items - (options.Context is null ? 0 : 1);
        if (!options.Each && files.Count > limit)
            throw CliException.Input($"a deposit has at most {limit:N0} files, not {files.Count:N0}; split it, or use --each");
        IsEach = options.Each;
    }

    public IReadOnlyList<string> EvidenceNames => names;

    public IReadOnlyList<DepositId> Deposits => ids;

    private bool IsEach { get; }

    public async Task HashAsync(PendingJournal journal, IProgress<long> progress, CancellationToken cancellation)
    {
        if (IsEach)
        {
            await FileHashing.RunAsync(files, (i, item) => journal.Append(builder.Build(ids[i], names[i], [item], cancellation)), progress, cancellation);
            return;
        }

        var items = new ItemText[files.Count];
        await FileHashing.RunAsync(files, (i, item) => items[i] = item, progress, cancellation);
        journal.Append(builder.Build(ids[0], names[0], items, cancellation));
    }

    private static string? NameOfAll(IReadOnlyList<string> paths) =>
        paths is [var only] && FileSource.LastSegment(only) is { Length: > 0 } name ? name : null;
}
