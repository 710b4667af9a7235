using System.Diagnostics.CodeAnalysis;
using System.Globalization;

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

    private static readonly string[] TimestampEndings = [".tsr", ".tlog-proof", ".checkpoint.txt"];

    public static string Opening(in Hash leaf) => $"{Openings}{leaf}.txt";

    public static bool IsOpening(string name, out Hash leaf) => IsHash(name, Openings, ".txt", out leaf);

    public static string OpenTimestamp(in Hash leaf) => $"{OpenTimestamps}{leaf}.ots";

    public static bool IsOpenTimestamp(string name, out Hash leaf) => IsHash(name, OpenTimestamps, ".ots", out leaf);

    /// <summary>A page for reading, which is no evidence.</summary>
    public static bool IsPage(string name) => name == Evidence.HtmlPage;

    public static bool IsFolder(string name) => name is Openings or Timestamps or OpenTimestamps;

    /// <summary>
    /// The place of a file of <c>timestamps/</c> (<c>&lt;n&gt;.tsr</c>, <c>&lt;n&gt;.tlog-proof</c>, <c>&lt;n&gt;.checkpoint.txt</c>,
    /// n from 0 to 9999 without leading zeros) or <c>ots/</c> (<c>&lt;hex leaf&gt;.ots</c>) in a package; false: neither.
    /// </summary>
    public static bool TryGetOrder(string attachment, [NotNullWhen(true)] out string? order)
    {
        order = null;
        if (IsOpenTimestamp(attachment, out _))
            order = "1" + attachment;
        else if (attachment.StartsWith(Timestamps, StringComparison.Ordinal))
            order = TimestampOrder(attachment[Timestamps.Length..]);
        return order is not null;
    }

    private static string? TimestampOrder(string file)
    {
        var dot = file.IndexOf('.', StringComparison.Ordinal);
        var ending = dot < 0 ? -1 : Array.IndexOf(TimestampEndings, file[dot..]);
        return ending >= 0 && dot <= 4 && Decimals.TryParse(file.AsSpan(0, dot), out var number)
            ? string.Create(CultureInfo.InvariantCulture, $"0{number:D4}{ending}")
            : null;
    }

    private static bool IsHash(string name, string folder, string ending, out Hash hash)
    {
        hash = default;
        return name.Length == folder.Length + 2 * Hash.Size + ending.Length
            && name.StartsWith(folder, StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal)
            && Hash.TryParseHex(name.AsSpan(folder.Length, 2 * Hash.Size), out hash);
    }
}
