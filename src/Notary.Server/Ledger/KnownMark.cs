using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>What a high-water mark remembers.</summary>
/// <param name="Checkpoint">The last one that it was told of.</param>
/// <param name="Note">With its signature.</param>
/// <param name="Written">When its file was written last, by the file system's word: the mark itself holds no time.</param>
internal sealed record KnownMark(Checkpoint Checkpoint, ReadOnlyMemory<byte> Note, DateTimeOffset Written)
{
    /// <summary>The mark of a file, or null when there is none or it says that nothing was signed.</summary>
    /// <exception cref="LedgerRefusedException">It is damaged.</exception>
    public static KnownMark? Read(string path) => File.Exists(path) ? Read(path, HighWaterMark.Read(path)) : null;

    /// <param name="path">The mark's file.</param>
    /// <param name="note">What it holds; empty: nothing was signed.</param>
    public static KnownMark? Read(string path, ReadOnlyMemory<byte> note)
    {
        if (note.IsEmpty)
            return null;
        try
        {
            var checkpoint = Checkpoint.Parse(SignedNote.Parse(Encoding.UTF8.GetString(note.Span)).Text);
            return new KnownMark(checkpoint, note, new DateTimeOffset(File.GetLastWriteTimeUtc(path)));
        }
        catch (MalformedException e)
        {
            throw new LedgerRefusedException($"the high-water mark {path} holds no checkpoint: {e.Problem}", "put back the file as it was");
        }
    }

    /// <summary>The clause that names what it saw.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"saw {Checkpoint.Size} entries and was last written at {Timestamp.Format(Written)}");
}
