using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// Two checkpoints that one ledger signed and that no one append-only tree has: under the larger one the first entries
/// have another root than the smaller one says. Whoever trusts the ledger's key can check it, without trusting whoever
/// found it.
/// </summary>
/// <param name="Smaller">The one of fewer entries, or of as many.</param>
/// <param name="Larger">The other.</param>
/// <param name="RootInLarger">The root that the larger tree has at the smaller size.</param>
/// <param name="Proof">The RFC 6962 consistency proof that it has; empty for equal sizes.</param>
internal sealed record Fork(SeenCheckpoint Smaller, SeenCheckpoint Larger, Hash RootInLarger, IReadOnlyList<Hash> Proof)
{
    /// <summary>Compares two checkpoints; null when the one is a prefix of the other.</summary>
    /// <param name="smaller">Of no more entries than <paramref name="larger"/>.</param>
    /// <param name="larger">The other.</param>
    /// <param name="openLarger">Its tree; not asked for when the sizes are equal.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="CliException">The larger tree is not served, or not as it was signed.</exception>
    public static async Task<Fork?> FindAsync(
        SeenCheckpoint smaller, SeenCheckpoint larger, Func<Task<VerifiedTree>> openLarger, CancellationToken cancellation)
    {
        if (smaller.Size == larger.Size)
            return smaller.Root == larger.Root ? null : new Fork(smaller, larger, larger.Root, []);
        var (root, proof) = await (await openLarger()).PrefixAsync(smaller.Size, cancellation);
        return root == smaller.Root ? null : new Fork(smaller, larger, root, proof);
    }

    /// <summary>Writes the proof into a folder that is not there yet: under its name it is whole or absent.</summary>
    /// <param name="folder">Made by this.</param>
    /// <param name="address">Where the ledger was read.</param>
    /// <param name="found">The finder's clock.</param>
    public void Save(string folder, string address, DateTimeOffset found)
    {
        var draft = folder + ".new";
        if (Directory.Exists(draft))
            Directory.Delete(draft, recursive: true);
        DurableFile.CreateFolder(draft, DurableFile.PublicFolder);
        Write("checkpoint-smaller", Smaller.ToString());
        Write("checkpoint-larger", Larger.ToString());
        Write("root-in-larger", RootInLarger.ToBase64() + "\n");
        Write("consistency-proof", string.Concat(Proof.Select(hash => hash.ToBase64() + "\n")));
        Write("README.txt", Explain(address, found));
        // A crash before this leaves a draft; the fork is there to be found again.
        Directory.Move(draft, folder);
        NativeFile.FlushFolder(DurableFile.FolderOf(folder));

        void Write(string name, string text) =>
            DurableFile.Create(Path.Join(draft, name), DurableFile.Public, file => file.Write(StrictText.Encode(text)));
    }

    /// <summary>The error that ends the run.</summary>
    public CliException ToException(string folder) => new(
        ExitCode.Failed,
        $"{Smaller.Checkpoint.Origin} has signed two histories: {Describe(Smaller)} and {Describe(Larger)} cannot both be true",
        $"the proof is in {folder}: keep it, and show it to whoever relies on this ledger");

    private static string Describe(SeenCheckpoint seen) => string.Create(
        CultureInfo.InvariantCulture, $"{seen.Size} entries with the root {seen.Root.ToBase64()}");

    private string Explain(string address, DateTimeOffset found) => string.Create(CultureInfo.InvariantCulture, $"""
        Proof that the ledger {Smaller.Checkpoint.Origin} has signed two histories

        Found at {Timestamp.Format(found)} by this machine's clock, reading {TextRules.Escape(address)}.

        checkpoint-smaller   {Smaller.Size} entries, root {Smaller.Root.ToBase64()}
        checkpoint-larger    {Larger.Size} entries, root {Larger.Root.ToBase64()}
        root-in-larger       the root that the first {Smaller.Size} entries have under checkpoint-larger
        consistency-proof    the hashes that show it, one a line in base64; none when both have as many entries

        A ledger that only ever appends cannot sign both. To check this without trusting whoever found it:

        1. Both checkpoints are C2SP signed notes. Verify both signatures under the ledger's key as the operator
           publishes it. The key that verified them here was
           {Smaller.Key}
           {(Larger.Key == Smaller.Key ? "for both." : $"and {Larger.Key}")}
        2. If both have as many entries, their third lines differ, and that is all.
        3. Otherwise verify the consistency proof as RFC 9162, section 2.1.4.2, with root-in-larger as the first root and
           the larger checkpoint's root as the second. It holds, so root-in-larger is the one root that the first
           {Smaller.Size} entries have in the larger tree; and it is not the third line of checkpoint-smaller.

        Keep this folder. Nothing is deleted or overwritten here, and this copy follows the ledger no further.

        """);
}
