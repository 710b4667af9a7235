using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Cli;

/// <summary>Fetches the way into Bitcoin that the ledger has by now for a deposit: an <c>.ots</c> a document.</summary>
/// <param name="client">The ledger's server.</param>
internal sealed class BitcoinStep(LedgerClient client)
{
    /// <summary>An <see cref="UpgradeStep"/>.</summary>
    /// <exception cref="CliException">The server cannot be reached.</exception>
    public async Task<Upgraded> ApplyAsync(Evidence evidence, CancellationToken cancellation)
    {
        if (evidence.Manifest is null && evidence.Openings.Count == 0)
            return Said(evidence, "a certificate alone opens no document that could be followed into Bitcoin");
        if (await client.GetOpenTimestampAsync(Statement.Parse(evidence.Certificate.Statement).Deposit, cancellation) is not { } answer)
            return Said(evidence, "this server takes nothing into Bitcoin");
        if (answer.TreeSize == 0)
            return Said(evidence, answer.PendingTreeSize == 0 ? "not on the way into Bitcoin yet" : $"on the way into Bitcoin with the tree of {answer.PendingTreeSize} entries; a block takes hours");
        try
        {
            return Apply(evidence, Read(answer));
        }
        catch (Exception exception) when (exception is MalformedException or ArgumentException)
        {
            return new Upgraded(evidence, [], [$"the OpenTimestamps path that {client.Address} gave is left out: {exception.Message}"]);
        }
    }

    private static Upgraded Apply(Evidence evidence, LedgerTimestamp timestamp)
    {
        var files = timestamp.FilesFor(evidence, out var left);
        var names = files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<Attachment> all = [.. evidence.Attachments.Where(file => !names.Contains(file.Name)), .. files];
        var lines = new List<string> { Describe(files.Count, timestamp) };
        if (left > 0)
            lines.Add($"{Sizes.Count(left, "document")} without a path into Bitcoin: its digest is not shown, or the path is longer than the format allows");
        var upgraded = evidence.WithAttachments(all);
        return new Upgraded(upgraded.Attachments.SequenceEqual(evidence.Attachments) ? evidence : upgraded, lines, []);
    }

    private static string Describe(int files, LedgerTimestamp timestamp)
    {
        var blocks = timestamp.OverRoot.AllAttestations.OfType<BitcoinAttestation>().Select(attestation => attestation.Height).Distinct().Order();
        return $"{Sizes.Count(files, "OpenTimestamps path")} into Bitcoin block {string.Join(", ", blocks)}, says the calendar; 'notary verify --headers' or '--bitcoin' checks it";
    }

    private static LedgerTimestamp Read(Proto.GetOpenTimestampResponse answer) => new(
        answer.Index, answer.TreeSize, [.. answer.Path.Select(hash => new Hash(hash.Span))], OtsTimestamp.Parse(answer.Timestamp.Memory, Hash.Size));

    private static Upgraded Said(Evidence evidence, string line) => new(evidence, [line], []);
}
