using System.IO.Compression;
using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using static Notary.Tests.Support.EvidenceSamples;

namespace Notary.Tests.Core;

/// <summary>
/// Whatever is done to a package's bytes, it is refused as malformed or reads as exactly what it was: never another
/// exception, never another content.
/// </summary>
public sealed class EvidenceMutationTests
{
    [Fact]
    public void Of_a_whole_deposit() => AssertUnchangedOrRefused(Pack(Full(0)));

    [Fact]
    public void Of_a_disclosure() => AssertUnchangedOrRefused(Pack(Disclosed()), stride: 2);

    [Fact]
    public void Of_a_package_that_another_tool_deflated_and_streamed()
    {
        var entries = ZipBuilder.Entries(Pack(Full(0))).Append(("报告/REPORT-PASS.pdf", "PASS"u8.ToArray()));
        AssertUnchangedOrRefused(ZipBuilder.Build(entries.Select((entry, i) =>
        {
            var deflated = BuiltEntry.Deflated(entry.Item1, entry.Item2, i % 2 == 0 ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
            return i % 3 == 0 ? deflated : deflated.Streamed(signature: i % 3 == 1);
        })));
    }

    [Fact]
    public void Of_every_bit_of_every_header()
    {
        // One text beside the certificate is enough: what is flipped here is the container.
        var package = Pack(Evidence.FromCertificate(Certificate(0) with { Claims = null, Request = null }));
        var expected = Describe(EvidenceSamples.Read(package));
        var contents = ZipBuilder.Entries(package).Sum(entry => entry.Content.Length);
        var (flips, accepted) = (0, 0);
        var position = 0;
        foreach (var (name, content) in ZipBuilder.Entries(package))
        {
            var header = ZipFormat.LocalBytes + name.Length;
            flips += Flip(position, header);
            position += header + content.Length;
        }
        flips += Flip(position, package.Length - position);
        Assert.Equal((package.Length - contents) * 8, flips);
        // What nobody reads: made-by, internal attributes, permissions. Everything else is refused.
        Assert.True(accepted > 0 && accepted < flips / 8, $"{accepted} of {flips} flips were accepted");

        int Flip(int start, int length)
        {
            for (var bit = 8 * start; bit < 8 * (start + length); bit++)
            {
                var flipped = package.AsSpan().ToArray();
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                accepted += IsAccepted(flipped, expected) ? 1 : 0;
            }

            return 8 * length;
        }
    }

    [Fact]
    public void Of_the_order_and_number_of_files()
    {
        var files = ZipBuilder.Entries(Pack(Full(0))).Select(file => BuiltEntry.Stored(file.Name, file.Content)).ToArray();
        var expected = Describe(EvidenceSamples.Read(ZipBuilder.Build(files)));
        for (var i = 0; i < files.Length; i++)
        {
            for (var k = 0; k < files.Length; k++)
            {
                var order = files.ToList();
                order.RemoveAt(i);
                order.Insert(k, files[i]);
                Assert.True(IsAccepted(ZipBuilder.Build(order), expected), "another order of the same files is the same evidence");
                Assert.False(IsAccepted(ZipBuilder.Build([.. files, files[k] with { Name = files[i].Name }]), expected));
                // Attachments are opaque: nothing says yet which belongs where. A token's own checkpoint is the certificate's.
                if (i != k && !IsAttachment(files[i]) && !IsAttachment(files[k]) && !files[i].Packed.AsSpan().SequenceEqual(files[k].Packed))
                    Assert.False(IsAccepted(ZipBuilder.Build(Exchange(files, i, k)), expected), $"the contents of files {i} and {k} were exchanged");
            }
        }
    }

    private static bool IsAttachment(BuiltEntry file) => EvidenceNames.IsOpenTimestamp(Encoding.ASCII.GetString(file.Name), out _);

    private static BuiltEntry[] Exchange(BuiltEntry[] files, int i, int k)
    {
        var exchanged = files.AsSpan().ToArray();
        (exchanged[i], exchanged[k]) = (files[i] with { Name = files[k].Name }, files[k] with { Name = files[i].Name });
        return exchanged;
    }

    private static void AssertUnchangedOrRefused(byte[] package, int stride = 1)
    {
        var expected = Describe(EvidenceSamples.Read(package));
        Assert.True(IsAccepted(package, expected));
        var n = 0;
        foreach (var mutated in ByteMutations.Of(package, seed: 7))
        {
            if (n++ % stride == 0)
                IsAccepted(mutated, expected);
        }
    }

    private static bool IsAccepted(byte[] package, string expected)
    {
        try
        {
            Assert.Equal(expected, Describe(EvidenceSamples.Read(package)));
            return true;
        }
        catch (MalformedException)
        {
            return false;
        }
    }
}
