using System.Collections.Concurrent;
using Notary.Core;

namespace Notary.Cli;

/// <summary>Evidence in a folder, as far as it tells of documents. Read, and not verified under any key.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Statement">The ledger's entry.</param>
/// <param name="Index">The entry's number.</param>
/// <param name="Previous">The deposit that its request says it follows, or null.</param>
/// <param name="Items">The documents that it shows by name; the context record is none of them when the evidence holds it.</param>
internal sealed record FiledEvidence(string Path, Statement Statement, ulong Index, DepositId? Previous, IReadOnlyList<ItemText> Items)
{
    public DepositId Deposit => Statement.Deposit;

    /// <summary>The order of deposits: the ledger's own; between ledgers their clocks, which nobody compares.</summary>
    public (DateTimeOffset Received, ulong Index) Order => (Statement.Received, Index);

    /// <summary>The evidence that an argument names: the file itself, or every <c>*.evidence.zip</c> below the folder, by name.</summary>
    public static IReadOnlyList<string> Find(string argument)
    {
        if (!Directory.Exists(argument))
            return [argument];
        try
        {
            return [.. Directory.EnumerateFiles(argument, "*" + OutputFolder.Suffix, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"{argument}: cannot be listed: {FileSource.Reason(exception)}");
        }
    }

    /// <summary>Reads many, on all cores.</summary>
    /// <param name="paths">What <see cref="Find"/> found.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>What could be read, in the order of <paramref name="paths"/>, and what is wrong with the rest.</returns>
    public static (IReadOnlyList<FiledEvidence> Read, IReadOnlyList<string> Problems) ReadAll(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var read = new FiledEvidence?[paths.Count];
        var problems = new ConcurrentQueue<string>();
        Parallel.For(0, paths.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            try
            {
                read[i] = Read(paths[i], cancellation);
            }
            catch (CliException exception)
            {
                problems.Enqueue(string.Join("; ", exception.Errors));
            }
        });
        return ([.. read.OfType<FiledEvidence>()], [.. problems.Order(StringComparer.Ordinal)]);
    }

    /// <exception cref="CliException">It is no evidence, or does not open its own commitment.</exception>
    public static FiledEvidence Read(string path, CancellationToken cancellation)
    {
        var evidence = EvidenceFile.Read(path, cancellation);
        try
        {
            var certificate = evidence.Certificate;
            var request = certificate.Request is { } bytes ? RequestBytes.Parse(StrictText.Encode(bytes)).Request : null;
            var filed = new FiledEvidence(
                path, Statement.Parse(certificate.Statement), TlogProof.Parse(certificate.Proof).Index, request?.Previous, ItemsOf(evidence));
            // On nobody's word: a list of digests that the commitment does not bind would be anybody's list.
            var report = Verifier.Verify(evidence, new VerifierInputs(TrustPolicy.Parse("quorum none\n")));
            return report.Checks.First(check => check.Name == CheckNames.Commitment) is { Result: CheckResult.Fail } failed
                ? throw CliException.Input($"{path}: does not open its own commitment: {failed.Reason.English}")
                : filed;
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}");
        }
    }

    private static IReadOnlyList<ItemText> ItemsOf(Evidence evidence)
    {
        var items = evidence.Manifest?.Items ?? [.. evidence.Openings.Values.Select(opening => opening.Item).OfType<ItemText>()];
        return evidence.Context?.ToItem() is { } context ? [.. items.Where(item => item != context)] : items;
    }
}
