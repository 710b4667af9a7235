using System.Buffers.Binary;
using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using static Notary.Tests.Core.ZipReaderTests;

namespace Notary.Tests.Core;

/// <summary>Archives made to be read in two ways, to exhaust the reader, or to write where they should not.</summary>
public sealed class ZipHostileTests
{
    private static readonly BuiltEntry A = BuiltEntry.Stored("a", "first"u8.ToArray());
    private static readonly BuiltEntry B = BuiltEntry.Stored("b", "second"u8.ToArray());

    [Theory]
    [InlineData("certificate.json", "certificate.json"), InlineData("certificate.json", "Certificate.JSON"), InlineData("a/b", "A/b")]
    [InlineData("CHECK", "chec\u212A"), InlineData("seed", "\u017Feed"), InlineData("é", "É"), InlineData("a", "a/b"), InlineData("a/b", "a")]
    [InlineData("a/b/c", "A/B"), InlineData("a", "a/"), InlineData("a/", "a"), InlineData("a/", "A/")]
    public void Names_that_some_file_system_takes_for_one(string first, string second) =>
        AssertRefused("occurs twice|which is a file", ZipBuilder.Build(Named(first), Named(second)));

    [Theory]
    [InlineData("a/", "a/b"), InlineData("a/b", "a/"), InlineData("a/b", "A/c"), InlineData("é", "e"), InlineData("a", "a-/b"), InlineData("a", "a.b"), InlineData("a/b/", "a/")]
    public void Names_that_only_look_alike_pass(string first, string second) =>
        Assert.Equal(2, Open(ZipBuilder.Build(Named(first), Named(second))).Entries.Count);

    [Theory]
    [InlineData("/a"), InlineData("../a"), InlineData("a/../b"), InlineData("a/./b"), InlineData("a//b"), InlineData("."), InlineData("..")]
    [InlineData("/"), InlineData("a\\b"), InlineData("\\a"), InlineData("C:a"), InlineData("a:stream"), InlineData("a."), InlineData("a "), InlineData("a./b")]
    [InlineData("a\nb"), InlineData("a\0.json"), InlineData("\u0085"), InlineData("")]
    public void Names_that_are_not_safe_to_extract(string name) =>
        AssertRefused("the name|an entry's name", ZipBuilder.Build(Named(name)));

    [Fact]
    public void Direction_marks_are_shown_escaped()
    {
        var problem = Assert.Throws<MalformedException>(() => Contents(ZipBuilder.Build(Named("a\u202Etxt.exe") with { Comment = "x" })));
        Assert.Equal("a\\u{202e}txt.exe", problem.Field);
        AssertRefused("'a\\u{202e}b:c'", ZipBuilder.Build(Named("a\u202Eb:c")));
    }

    [Fact]
    public void Names_of_many_folders_cost_no_more_than_their_bytes()
    {
        var deep = string.Concat(Enumerable.Repeat("a/", (EvidenceLimits.PackageNameBytes - 8) / 2));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var file = ZipBuilder.Build(Enumerable.Range(0, 5_000).Select(i => Named($"{deep}{i:D8}")));
        var built = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(5_000, Open(file).Entries.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before - built, 0, 12 * file.Length);
    }

    [Fact]
    public void Names_in_an_unknown_or_broken_encoding()
    {
        AssertRefused("neither ASCII nor", ZipBuilder.Build(A with { Name = [0x82] }));
        AssertRefused("not UTF-8", ZipBuilder.Build(A with { Name = [0xFF], Header = A.Header with { Flags = ZipFormat.Utf8Flag } }));
        AssertRefused("an entry's name has", ZipBuilder.Build(Named(new string('n', EvidenceLimits.PackageNameBytes + 1))));
        Assert.Single(Contents(ZipBuilder.Build(Named(new string('n', EvidenceLimits.PackageNameBytes)))));
    }

    [Theory]
    [InlineData(0xA1FFu << 16), InlineData(0x61B0u << 16), InlineData(0x21B0u << 16), InlineData(0x11B0u << 16), InlineData(0xC1B0u << 16)]
    [InlineData(0x41EDu << 16), InlineData(0x10u), InlineData(0x400u)]
    public void Links_devices_and_folders_that_pose_as_files(uint attributes) =>
        AssertRefused("is a link", ZipBuilder.Build(A with { Attributes = attributes }));

    [Fact]
    public void Folders_that_pose_as_something_else()
    {
        AssertRefused("is a link", ZipBuilder.Build(Named("a/") with { Attributes = 0x81A4u << 16 }));
        AssertRefused("is a folder with content", ZipBuilder.Build(BuiltEntry.Stored("a/", [1])));
        Assert.Single(Contents(ZipBuilder.Build(Named("a/") with { Attributes = (0x41EDu << 16) | 0x10 })));
        Assert.Single(Contents(ZipBuilder.Build(BuiltEntry.Deflated("a/", []).Streamed())));
    }

    [Theory]
    [InlineData(1, "encrypted"), InlineData(1 | (1 << 6), "encrypted"), InlineData(1 << 5, "flags"), InlineData(1 << 13, "flags")]
    [InlineData(1 << 4, "flags"), InlineData(1 << 15, "flags")]
    public void Encryption_and_unknown_flags(int flags, string reason) =>
        AssertRefused(reason, ZipBuilder.Build(A with { Header = A.Header with { Flags = (ushort)flags } }));

    [Theory]
    [InlineData(1), InlineData(6), InlineData(9), InlineData(12), InlineData(14), InlineData(93), InlineData(95), InlineData(99)]
    public void Other_compression_such_as_deflate64(int method) =>
        AssertRefused("compression method", ZipBuilder.Build(A with { Header = A.Header with { Method = (ushort)method } }));

    [Fact]
    public void Headers_that_disagree()
    {
        var lies = new Func<ZipHeader, ZipHeader>[]
        {
            h => h with { Version = 10 }, h => h with { Flags = 2 }, h => h with { Method = 8 }, h => h with { Time = 1 }, h => h with { Date = 33 },
            h => h with { Crc = 1 }, h => h with { CompressedSize = 4 }, h => h with { Size = 4 }, h => h with { CompressedSize = 0, Size = 0, Crc = 0 },
        };
        foreach (var lie in lies)
            AssertRefused("headers disagree", ZipBuilder.Build(A with { LocalHeader = lie(A.Header) }, B));
        AssertRefused("headers disagree", ZipBuilder.Build(A with { LocalName = "x"u8.ToArray() }, B));
        AssertRefused("headers disagree|overlaps", ZipBuilder.Build(A with { LocalName = "a.txt"u8.ToArray() }, B));
    }

    [Fact]
    public void Sizes_that_are_not_those_of_the_data()
    {
        AssertRefused("overlaps", ZipBuilder.Build(A with { Header = A.Header with { CompressedSize = 6, Size = 6 } }, B));
        AssertRefused("belong to no entry", ZipBuilder.Build(A with { Header = A.Header with { CompressedSize = 4, Size = 4 } }, B));
        AssertRefused("is stored", ZipBuilder.Build(A with { Header = A.Header with { Size = 4 } }, B));
        AssertRefused("CRC-32", ZipBuilder.Build(A with { Header = A.Header with { Crc = 1 } }, B));
        var deflated = BuiltEntry.Deflated("a", RandomBytes(1000));
        AssertRefused("more bytes", ZipBuilder.Build(deflated with { Header = deflated.Header with { Size = 999 } }));
        AssertRefused("fewer bytes", ZipBuilder.Build(deflated with { Header = deflated.Header with { Size = 1001 } }));
        AssertRefused("not deflated data|fewer bytes", ZipBuilder.Build(deflated with { Packed = [0xFF, .. deflated.Packed[1..]] }));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(100), InlineData(9000)]
    public void Deflate_that_ends_before_its_compressed_size_or_after_it(int bytes)
    {
        var entry = BuiltEntry.Deflated("a", RandomBytes(20_000));
        var longer = entry with
        {
            Packed = [.. entry.Packed, .. new byte[bytes]],
            Header = entry.Header with { CompressedSize = entry.Header.CompressedSize + (uint)bytes },
        };
        AssertRefused("compressed data end", ZipBuilder.Build(longer));
        var shorter = entry with
        {
            Packed = entry.Packed[..^bytes],
            Header = entry.Header with { CompressedSize = entry.Header.CompressedSize - (uint)bytes },
        };
        AssertRefused("compressed data end|fewer bytes", ZipBuilder.Build(shorter));
    }

    [Fact]
    public void Descriptors_that_disagree_or_hide_something()
    {
        var entry = BuiltEntry.Deflated("a", RandomBytes(100)).Streamed();
        for (var i = 0; i < entry.Behind.Length; i++)
        {
            var behind = entry.Behind.AsSpan().ToArray();
            behind[i] ^= 1;
            AssertRefused("descriptor", ZipBuilder.Build(entry with { Behind = behind }, B));
        }
        AssertRefused("belong to no entry", ZipBuilder.Build(entry with { Behind = [] }, B));
        AssertRefused("belong to no entry", ZipBuilder.Build(entry with { Behind = [.. entry.Behind, 0, 0, 0, 0, 0, 0, 0, 0] }, B));
        AssertRefused("headers disagree", ZipBuilder.Build(entry with { LocalHeader = entry.LocalHeader!.Value with { Crc = entry.Header.Crc } }, B));
        AssertRefused("is stored", ZipBuilder.Build(A.Streamed(), B));
    }

    [Fact]
    public void Gaps_overlaps_and_bytes_before_or_behind()
    {
        AssertRefused("belong to no entry", ZipBuilder.Build(A with { Behind = [0] }, B));
        AssertRefused("belong to no entry", ZipBuilder.Build(A, B with { Behind = [0] }));
        AssertRefused("overlaps", ZipBuilder.Build(A, B with { Offset = 0 }));
        AssertRefused("begins elsewhere", ZipBuilder.Build(A with { Offset = 1 }, B));
        AssertRefused("begins elsewhere", ZipBuilder.Build(A with { Offset = uint.MaxValue }));
        // An entry that claims to reach to the next one, which claims to stand beyond the file.
        var beyond = ZipBuilder.Build(A, B with { Offset = uint.MaxValue });
        beyond.AsSpan(26, 4).Fill(0xFF);
        AssertRefused("overlaps", beyond);
        var honest = ZipBuilder.Build(A, B);
        AssertRefused("before the first entry or behind", [.. "#!/bin/sh\n"u8, .. honest]);
        AssertRefused("end record", [.. honest, 0]);
        AssertRefused("end record", [.. honest, .. honest.AsSpan(0, 22)]);
        // Two archives in one file: the last end record counts bytes that are not all.
        AssertRefused("before the first entry or behind", [.. honest, .. honest]);
    }

    [Fact]
    public void The_overlapping_bomb()
    {
        // Every name leads to the same packed bytes, or to local headers nested in each other's data.
        var kernel = BuiltEntry.Deflated("0", new byte[1 << 20]);
        var names = Enumerable.Range(1, 200).Select(i => kernel with { Name = [(byte)'0'], Offset = 0, Packed = [] });
        AssertRefused("occurs twice|begins elsewhere|overlaps", ZipBuilder.Build([kernel, .. names]));
        var quoted = Enumerable.Range(0, 200).Select(i => kernel with { Name = Encoding.ASCII.GetBytes($"{i:D3}"), Packed = [] });
        AssertRefused("overlaps|belong to no entry|disagree", ZipBuilder.Build([.. quoted, kernel with { Name = "999"u8.ToArray() }]));
    }

    [Fact]
    public void Bombs_are_refused_before_they_are_unpacked()
    {
        var zeros = BuiltEntry.Deflated("a", new byte[16 << 20]);
        AssertRefused("times its size", ZipBuilder.Build(zeros));
        var huge = zeros with { Header = zeros.Header with { Size = uint.MaxValue } };
        AssertRefused("times its size", ZipBuilder.Build(huge));
        var many = Enumerable.Range(0, 3).Select(i => A with { Name = [(byte)('a' + i)], Header = A.Header with { Size = 1u << 30, CompressedSize = 1u << 30 } });
        AssertRefused("overlaps", ZipBuilder.Build(many));
        // A million bytes may be packed as tightly as deflate can.
        Assert.Single(Contents(ZipBuilder.Build(BuiltEntry.Deflated("a", new byte[1 << 20]))));
    }

    [Fact]
    public void All_entries_together_are_limited()
    {
        var packed = RandomBytes((1 << 30) / 190);
        var entry = BuiltEntry.Stored("a", packed);
        var claimed = entry with { Header = entry.Header with { Method = ZipFormat.Deflate, Size = 1u << 30 } };
        AssertRefused("unpack to more", ZipBuilder.Build(Enumerable.Range(0, 4).Select(i => claimed with { Name = [(byte)(97 + i)] })));
    }

    [Fact]
    public void Zip64_where_sizes_do_not_need_it()
    {
        byte[] extra = [0x01, 0x00, 0x10, 0x00, .. new byte[16]];
        AssertRefused("extra field 0x0001", ZipBuilder.Build(A with { CentralExtra = extra }));
        AssertRefused("extra field 0x0001", ZipBuilder.Build(A with { LocalExtra = extra }));
        AssertRefused("needs ZIP version 4.5", ZipBuilder.Build(A with { Header = A.Header with { Version = 45 } }));
        var marked = A with { Header = A.Header with { CompressedSize = uint.MaxValue, Size = uint.MaxValue }, CentralExtra = extra };
        AssertRefused("extra field 0x0001|unpack to more", ZipBuilder.Build(marked));

        var file = ZipBuilder.Build([A], out var directory);
        byte[] end64 = [0x50, 0x4B, 0x06, 0x06, .. new byte[52], 0x50, 0x4B, 0x06, 0x07, .. new byte[16]];
        AssertRefused("before the first entry or behind", [.. file[..^22], .. end64, .. file[^22..]]);
        foreach (var field in new[] { 8, 10, 12, 16 })
        {
            var marker = file.AsSpan().ToArray();
            marker.AsSpan(file.Length - 22 + field, field < 12 ? 2 : 4).Fill(0xFF);
            AssertRefused("disks|entries|before the first entry", marker);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(file.Length - 6), (uint)directory + 1);
        AssertRefused("before the first entry or behind", file);
    }

    [Theory]
    [InlineData(0x7075), InlineData(0x9901), InlineData(0x000D), InlineData(0x756E), InlineData(0x0017), InlineData(0x6375), InlineData(0)]
    public void Extra_fields_that_change_what_an_entry_is(int id)
    {
        byte[] extra = [(byte)(id & 0xFF), (byte)(id >> 8), 0, 0];
        AssertRefused("extra field", ZipBuilder.Build(A with { LocalExtra = extra }));
        AssertRefused("extra field", ZipBuilder.Build(A with { CentralExtra = [0x55, 0x54, 1, 0, 0, .. extra] }));
        AssertRefused("extra field", ZipBuilder.Build(A with { LocalExtra = [0x55, 0x54, 2, 0, 0] }));
        AssertRefused("extra field", ZipBuilder.Build(A with { CentralExtra = [0x55, 0x54, 0] }));
    }

    [Fact]
    public void Comments_and_several_disks()
    {
        AssertRefused("comment", ZipBuilder.Build(A with { Comment = "REPORT: PASS" }));
        AssertRefused("another disk", ZipBuilder.Build(A with { Disk = 1 }));
        var file = ZipBuilder.Build(A);
        AssertRefused("disks", Patch(file, 4));
        AssertRefused("disks", Patch(file, 6));
        AssertRefused("disks", Patch(file, 8, 2));
        AssertRefused("end record", Patch(file, 20));
        AssertRefused("end record", [.. Patch(file, 20), 0]);
    }

    [Fact]
    public void A_count_that_is_not_the_number_of_headers()
    {
        var file = ZipBuilder.Build(A, B);
        AssertRefused("behind the directory's last header", Patch(Patch(file, 8, 1), 10, 1));
        AssertRefused("in the middle of a header", Patch(Patch(file, 8, 3), 10, 3));
    }

    private static byte[] Patch(byte[] file, int endField, byte value = 1)
    {
        var patched = file.AsSpan().ToArray();
        patched[file.Length - 22 + endField] = value;
        return patched;
    }

    private static BuiltEntry Named(string name) => BuiltEntry.Stored(name, []);
}
