using System.IO.Compression;
using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

public sealed class ZipReaderTests
{
    private static readonly byte[] Text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("notary.item/v1\npath a\n", 500)));

    public static TheoryData<CompressionLevel> Levels => [.. Enum.GetValues<CompressionLevel>()];

    [Theory, MemberData(nameof(Levels))]
    public void Deflate_is_read_at_every_level_with_and_without_descriptor(CompressionLevel level)
    {
        byte[][] contents = [[], [1], Text, new byte[300_000], RandomBytes(70_000), [.. RandomBytes(8192), .. Text]];
        foreach (var content in contents)
        {
            var entry = BuiltEntry.Deflated("a", content, level);
            foreach (var built in new[] { entry, entry.Streamed(), entry.Streamed(signature: false), entry.Streamed() with { LocalHeader = null } })
                Assert.Equal(content, Contents(ZipBuilder.Build(built, BuiltEntry.Stored("b", [2])))[0].Content);
        }
    }

    [Fact]
    public void An_empty_archive_has_no_entries() => Assert.Empty(Contents(ZipBuilder.Build()));

    [Fact]
    public void What_our_writer_writes_is_read_back()
    {
        var stream = new MemoryStream();
        var zip = new StoredZipWriter(stream);
        zip.Add("empty", Array.Empty<byte>());
        zip.Add("folder/text", Text);
        zip.Add("pieces", output =>
        {
            for (var i = 0; i < 1000; i++)
                output.WriteByte((byte)(i & 0xFF));
        });
        zip.Finish();
        var contents = Contents(stream.ToArray());
        Assert.Equal(["empty", "folder/text", "pieces"], contents.Select(entry => entry.Name));
        Assert.Equal(Text, contents[1].Content);
        Assert.Equal(1000, contents[2].Content.Length);
    }

    [Fact]
    public void Our_writer_refuses_contents_that_change_and_more_files_than_a_reader_takes()
    {
        byte calls = 0;
        Assert.Throws<InvalidOperationException>(() => new StoredZipWriter(Stream.Null).Add("a", output => output.WriteByte(calls++)));
        var zip = new StoredZipWriter(Stream.Null);
        for (var i = 0; i < EvidenceLimits.PackageEntries; i++)
            zip.Add("a", Array.Empty<byte>());
        Assert.Throws<InvalidOperationException>(() => zip.Add("a", Array.Empty<byte>()));
    }

    [Fact]
    public void Crc_is_the_one_of_zip()
    {
        Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8));
        Assert.Equal(0u, Crc32.Of([]));
        var bytes = RandomBytes(1000);
        var pieces = default(Crc32);
        for (var i = 0; i < bytes.Length; i += 37)
            pieces.Append(bytes.AsSpan(i, Math.Min(37, bytes.Length - i)));
        Assert.Equal(Crc32.Of(bytes), pieces.Value);
    }

    [Fact]
    public void As_many_entries_as_a_plain_zip_can_hold_are_read_and_not_one_more()
    {
        var one = BuiltEntry.Stored("", []);
        IEnumerable<BuiltEntry> Entries(int count) => Enumerable.Range(0, count).Select(i => one with { Name = Encoding.ASCII.GetBytes($"{i:x}") });
        Assert.Equal(EvidenceLimits.PackageEntries, Open(ZipBuilder.Build(Entries(EvidenceLimits.PackageEntries))).Entries.Count);
        AssertRefused("more than 65,534 entries", ZipBuilder.Build(Entries(65_535)));
        // The count is modulo 65,536 in the file: one that says 0 and holds entries is no empty archive.
        AssertRefused("directory is empty|behind the directory's last header", ZipBuilder.Build(Entries(65_536)));
        AssertRefused("behind the directory's last header", ZipBuilder.Build(Entries(65_537)));
    }

    internal static List<(string Name, byte[] Content)> Contents(byte[] file)
    {
        var zip = Open(file);
        return [.. zip.Entries.Select(entry => (entry.Name, zip.ReadAll(entry, 1 << 30)))];
    }

    internal static StrictZip Open(byte[] file) => StrictZip.Open(new MemoryStream(file, writable: false), TestContext.Current.CancellationToken);

    /// <summary>Fails unless the file is refused for one of these reasons, parted by '|'.</summary>
    internal static void AssertRefused(string reasons, byte[] file)
    {
        var problem = Assert.Throws<MalformedException>(() => Contents(file));
        Assert.Equal("zip", problem.Document);
        Assert.True(
            reasons.Split('|').Any(reason => problem.Message.Contains(reason, StringComparison.Ordinal)),
            $"refused for another reason: {problem.Message}");
    }

    internal static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
