using System.Globalization;
using System.Text;

namespace Notary.Server;

/// <summary>
/// The serial numbers of an authority's tokens: strictly increasing, also across crashes and restarts. A block of them is
/// made durable before its first number is given out, so that no token waits for the disk; what a crash leaves of a block
/// is skipped.
/// <para>
/// A start begins at the clock's milliseconds times 2^16, or behind the last block if that is higher. So a lost file, or
/// one restored from an old backup, repeats no number either, as long as the clock has not gone back too.
/// </para>
/// </summary>
internal sealed class TimestampSerials
{
    private const string Magic = "notary.tsa-serials/v1";
    private const int BlockSize = 16_384;
    private const int ClockShift = 16;
    private const int MaximumSize = 64;

    private readonly string path;

    // Both owned by whoever calls Next, one caller at a time.
    private ulong next;
    private ulong end;

    private TimestampSerials(string path, ulong next) => (this.path, this.next, end) = (path, next, next);

    /// <exception cref="LedgerRefusedException">The file is damaged.</exception>
    public static TimestampSerials Open(string path, DateTimeOffset now)
    {
        var clock = (ulong)Math.Max(0, now.ToUnixTimeMilliseconds()) << ClockShift;
        var serials = new TimestampSerials(path, Math.Max(Read(path), clock));
        serials.Reserve();
        return serials;
    }

    /// <exception cref="IOException">The next block could not be made durable; nothing was given out.</exception>
    public ulong Next()
    {
        if (next == end)
            Reserve();
        return next++;
    }

    private void Reserve()
    {
        var draft = path + ".next";
        File.Delete(draft);
        DurableFile.WriteNew(draft, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Magic} {next + BlockSize}\n")));
        DurableFile.Replace(path, by: draft);
        end = next + BlockSize;
    }

    private static ulong Read(string path)
    {
        if (!File.Exists(path))
            return 0;
        var text = new FileInfo(path).Length <= MaximumSize ? File.ReadAllText(path, Encoding.ASCII) : "";
        return text.StartsWith(Magic + " ", StringComparison.Ordinal) && text.EndsWith('\n')
            && ulong.TryParse(text.AsSpan()[(Magic.Length + 1)..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var reserved)
            ? reserved
            : throw new LedgerRefusedException(
                $"{path} does not say which serial numbers were given out", "delete it if this machine's clock is right: numbers then begin at the clock");
    }
}
