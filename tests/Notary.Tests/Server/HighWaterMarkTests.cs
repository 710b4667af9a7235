using System.Text;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

public sealed class HighWaterMarkTests : IDisposable
{
    private const int SlotSize = 4_096;

    private readonly TemporaryFolder folder = new();

    private string MarkPath => Path.Combine(folder.Path, "ledger.mark");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_new_mark_says_that_nothing_was_signed()
    {
        HighWaterMark.Create(MarkPath);
        Assert.True(HighWaterMark.Read(MarkPath).IsEmpty);
        Assert.Equal(2 * SlotSize, new FileInfo(MarkPath).Length);
    }

    [Fact]
    public void The_last_note_written_is_read_whenever_it_was_synced()
    {
        HighWaterMark.Create(MarkPath);
        for (var i = 0; i < 50; i++)
        {
            using (var mark = HighWaterMark.Open(MarkPath))
            {
                for (var j = 0; j <= i % 4; j++)
                {
                    mark.Write(Note(10 * i + j));
                    if ((i + j) % 3 == 0)
                        mark.Sync();
                }
            }

            Assert.Equal(Note(10 * i + i % 4), HighWaterMark.Read(MarkPath).ToArray());
        }
    }

    [Fact]
    public void A_shorter_note_over_a_longer_one_is_read_as_it_is()
    {
        HighWaterMark.Create(MarkPath);
        using var mark = HighWaterMark.Open(MarkPath);
        mark.Write(new byte[3_000]);
        mark.Write(Note(2));
        Assert.Equal(Note(2), HighWaterMark.Read(MarkPath).ToArray());
    }

    [Fact]
    public void A_torn_write_leaves_the_note_that_was_synced_before_it()
    {
        HighWaterMark.Create(MarkPath);
        byte[] synced;
        using (var mark = HighWaterMark.Open(MarkPath))
        {
            mark.Write(Note(1));
            mark.Sync();
            synced = File.ReadAllBytes(MarkPath);
            mark.Write(Note(2));
            mark.Write(Note(3));
        }

        // What was written since then reached the disk in part: every length of it.
        var written = File.ReadAllBytes(MarkPath);
        for (var torn = 1; torn < written.Length; torn++)
        {
            if (written[torn - 1] == synced[torn - 1])
                continue;
            File.WriteAllBytes(MarkPath, [.. written[..torn], .. synced[torn..]]);
            Assert.Contains(HighWaterMark.Read(MarkPath).ToArray(), (IEnumerable<byte[]>)[Note(1), Note(3)]);
        }

        File.WriteAllBytes(MarkPath, written);
        Assert.Equal(Note(3), HighWaterMark.Read(MarkPath).ToArray());
    }

    [Fact]
    public void Writes_never_touch_the_slot_that_was_synced_last()
    {
        HighWaterMark.Create(MarkPath);
        using var mark = HighWaterMark.Open(MarkPath);
        for (var i = 0; i < 6; i++)
        {
            mark.Write(Note(i));
            mark.Sync();
            var synced = File.ReadAllBytes(MarkPath);
            mark.Write(Note(100 + i));
            mark.Write(Note(200 + i));
            var now = File.ReadAllBytes(MarkPath);
            Assert.True(
                synced.AsSpan(0, SlotSize).SequenceEqual(now.AsSpan(0, SlotSize))
                ^ synced.AsSpan(SlotSize).SequenceEqual(now.AsSpan(SlotSize)));
            // The one left alone is the one that holds the synced note.
            var kept = synced.AsSpan(0, SlotSize).SequenceEqual(now.AsSpan(0, SlotSize)) ? now[..SlotSize] : now[SlotSize..];
            Assert.Contains(Encoding.UTF8.GetString(Note(i)), Encoding.UTF8.GetString(kept), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_damaged_slots_are_refused_and_one_is_not()
    {
        HighWaterMark.Create(MarkPath);
        using (var mark = HighWaterMark.Open(MarkPath))
        {
            mark.Write(Note(1));
            mark.Sync();
            mark.Write(Note(2));
        }

        var whole = File.ReadAllBytes(MarkPath);
        for (var i = 0; i < 2; i++)
        {
            var one = whole.ToArray();
            one[i * SlotSize + 20] ^= 1;
            File.WriteAllBytes(MarkPath, one);
            Assert.Contains(HighWaterMark.Read(MarkPath).ToArray(), (IEnumerable<byte[]>)[Note(1), Note(2)]);
        }

        whole[20] ^= 1;
        whole[SlotSize + 20] ^= 1;
        File.WriteAllBytes(MarkPath, whole);
        Assert.Throws<LedgerRefusedException>(() => HighWaterMark.Open(MarkPath));
    }

    [Fact]
    public void An_empty_file_is_the_operators_word_that_the_mark_was_lost()
    {
        File.WriteAllBytes(MarkPath, []);
        using (var mark = HighWaterMark.Open(MarkPath))
        {
            Assert.True(mark.Note.IsEmpty);
            mark.Write(Note(1));
        }

        Assert.Equal(Note(1), HighWaterMark.Read(MarkPath).ToArray());
    }

    [Fact]
    public void A_sync_that_fails_is_an_error()
    {
        if (OperatingSystem.IsWindows())
            return;
        // A device without a disk behind it refuses fsync; the runtime's own call would say nothing.
        using var device = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        Assert.Throws<IOException>(() => DurableFile.Sync(device));
    }

    private static byte[] Note(int number) => Encoding.UTF8.GetBytes($"note {number}\n");
}
