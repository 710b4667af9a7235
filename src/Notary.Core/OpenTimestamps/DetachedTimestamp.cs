namespace Notary.Core;

/// <summary>
/// A detached OpenTimestamps file, <c>.ots</c>: what hash function gives a file's digest, the digest, and the timestamp
/// over it. Read, but not verified.
/// <code>
/// magic 31 | version 1 | hash function's tag 1 | digest 20 or 32 | timestamp, nothing after it
/// </code>
/// </summary>
public sealed class DetachedTimestamp
{
    internal const byte Version = 1;

    /// <param name="fileHash">A hash function.</param>
    /// <param name="digest">Of its length.</param>
    /// <param name="timestamp">Over the digest.</param>
    /// <exception cref="ArgumentException">No hash function, or a digest of another length.</exception>
    public DetachedTimestamp(OtsOperation fileHash, ReadOnlyMemory<byte> digest, OtsTimestamp timestamp)
    {
        if (fileHash.DigestBytes != digest.Length)
            throw new ArgumentException($"{fileHash} gives no digest of {digest.Length} bytes.", nameof(digest));
        (FileHash, Digest, Timestamp) = (fileHash, digest, timestamp);
    }

    public OtsOperation FileHash { get; }

    public ReadOnlyMemory<byte> Digest { get; }

    public OtsTimestamp Timestamp { get; }

    internal static ReadOnlySpan<byte> Magic =>
    [
        0x00, 0x4F, 0x70, 0x65, 0x6E, 0x54, 0x69, 0x6D, 0x65, 0x73, 0x74, 0x61, 0x6D, 0x70, 0x73, 0x00,
        0x00, 0x50, 0x72, 0x6F, 0x6F, 0x66, 0x00, 0xBF, 0x89, 0xE2, 0xE8, 0x84, 0xE8, 0x92, 0x94,
    ];

    /// <exception cref="MalformedException">
    /// It breaks the format. The field says what: <c>magic</c>, <c>version</c>, <c>file hash</c>, <c>operations</c> (too
    /// many, in a row or in all), <c>message</c> (too long), <c>end</c> (bytes follow), or the piece that is cut short.
    /// </exception>
    public static DetachedTimestamp Parse(ReadOnlyMemory<byte> bytes) => OtsReader.ReadFile(bytes);

    /// <summary>The file; equal timestamps have equal bytes.</summary>
    /// <exception cref="InvalidOperationException">The timestamp is beyond the format's limits.</exception>
    public byte[] ToBytes() => OtsWriter.WriteFile(this);

    /// <summary>Every attestation with the message that it is about.</summary>
    public IReadOnlyList<OtsClaim> Claims() => Timestamp.Claims(Digest);

    /// <summary>Heights of the Bitcoin blocks that it names, ascending; at most 64.</summary>
    public IReadOnlyList<ulong> BlocksNamed() => BlocksNamed([this]);

    internal static IReadOnlyList<ulong> BlocksNamed(IEnumerable<DetachedTimestamp> files)
    {
        // Bounded, so that a stranger's file does not have a node asked for ever.
        const int most = 64;
        var named = new SortedSet<ulong>();
        foreach (var attestation in files.SelectMany(file => file.Timestamp.AllAttestations).OfType<BitcoinAttestation>())
        {
            if (named.Add(attestation.Height) && named.Count > most)
                named.Remove(named.Max);
        }

        return [.. named];
    }

    /// <summary>
    /// What the file says, one a line: the hash function and digest, then each operation (a hash function with its result)
    /// and each attestation, indented where paths part.
    /// </summary>
    public IEnumerable<string> Describe()
    {
        var lines = new List<string> { $"file {FileHash} {Convert.ToHexStringLower(Digest.Span)}" };
        Describe(Timestamp, Digest, 0, lines);
        return lines;
    }

    private static void Describe(OtsTimestamp timestamp, ReadOnlyMemory<byte> message, int indent, List<string> lines)
    {
        var parts = timestamp.Attestations.Count + timestamp.Branches.Count > 1;
        var (spaces, mark) = (new string(' ', indent), parts ? "-> " : "");
        foreach (var attestation in timestamp.Attestations)
        {
            lines.Add($"{spaces}{mark}{attestation}");
            if (attestation is BitcoinAttestation && message.Length == Hash.Size)
                lines.Add($"{spaces}{(parts ? "   " : "")}merkle root {BlockHeader.Display(new Hash(message.Span))}");
        }

        foreach (var (operation, rest) in timestamp.Branches)
        {
            ReadOnlyMemory<byte> result = operation.Apply(message.Span);
            var shown = operation.DigestBytes is null ? "" : $" {Convert.ToHexStringLower(result.Span)}";
            lines.Add($"{spaces}{mark}{operation}{shown}");
            Describe(rest, result, indent + (parts ? 3 : 0), lines);
        }
    }
}
