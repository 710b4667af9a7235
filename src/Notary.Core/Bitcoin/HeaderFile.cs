namespace Notary.Core;

/// <summary>
/// Block headers that a verifier brings, one a line: <c>height header</c>, the header in 160 hex digits as nodes print it.
/// Empty lines and lines that begin with <c>#</c> are passed over. Whoever wrote the list is trusted for what it says:
/// that these are the blocks of the chain at these heights.
/// </summary>
public static class HeaderFile
{
    /// <summary>Bytes of a list at most: about a hundred thousand headers.</summary>
    public const int MaxBytes = 20 << 20;

    private const string Document = "block headers";

    /// <param name="text">The list.</param>
    /// <exception cref="MalformedException">A line is neither; a header is none, or lacks its proof of work; or a height has two headers.</exception>
    public static IReadOnlyDictionary<ulong, BlockHeader> Parse(string text)
    {
        var headers = new Dictionary<ulong, BlockHeader>();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsEmpty || line[0] == '#')
                continue;
            var space = line.IndexOf(' ');
            if (space < 0 || !Decimals.TryParse(line[..space], out var height))
                throw Malformed(number, "is not 'height header', such as '358391 02000000b963…'");
            var header = Header(line[(space + 1)..], number);
            if (headers.TryGetValue(height, out var other) && other.Hash != header.Hash)
                throw Malformed(number, $"gives block {height} another header than a line before");
            headers[height] = header;
        }

        return headers.Count > 0 ? headers : throw new MalformedException(Document, null, "holds no header");
    }

    private static BlockHeader Header(ReadOnlySpan<char> hex, int number)
    {
        try
        {
            return BlockHeader.ParseHex(hex);
        }
        catch (MalformedException e)
        {
            throw Malformed(number, $"holds a header that {e.Problem}");
        }
    }

    private static MalformedException Malformed(int line, string problem) => new(Document, $"line {line}", problem);
}
