namespace Notary.Core;

/// <summary>The names inside <c>&lt;name&gt;.evidence.zip</c>.</summary>
internal static class EvidenceNames
{
    public const string Certificate = "certificate.json";
    public const string Statement = "statement.txt";
    public const string Claims = "claims.txt";
    public const string Request = "request.txt";
    public const string Proof = "proof.tlog-proof";
    public const string Checkpoint = "checkpoint.txt";
    public const string Manifest = "manifest.txt";
    public const string Seed = "seed.txt";
    public const string Context = "context.txt";
    public const string Openings = "openings/";
    public const string Timestamps = "timestamps/";
    public const string OpenTimestamps = "ots/";

    public static string Opening(in Hash leaf) => $"{Openings}{leaf}.txt";

    public static bool IsOpening(string name, out Hash leaf) => IsHash(name, Openings, ".txt", out leaf);

    public static string OpenTimestamp(in Hash leaf) => $"{OpenTimestamps}{leaf}.ots";

    public static bool IsOpenTimestamp(string name, out Hash leaf) => IsHash(name, OpenTimestamps, ".ots", out leaf);

    /// <summary>A page for reading, which is no evidence.</summary>
    public static bool IsPage(string name) => name == Evidence.HtmlPage;

    public static bool IsFolder(string name) => name is Openings or Timestamps or OpenTimestamps;

    private static bool IsHash(string name, string folder, string ending, out Hash hash)
    {
        hash = default;
        return name.Length == folder.Length + 2 * Hash.Size + ending.Length
            && name.StartsWith(folder, StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal)
            && Hash.TryParseHex(name.AsSpan(folder.Length, 2 * Hash.Size), out hash);
    }
}
