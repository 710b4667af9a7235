using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using static Notary.Tests.Support.EvidenceSamples;

namespace Notary.Tests.Core;

public sealed class EvidenceTests
{
    public static TheoryData<string> Kinds => ["full", "disclosed", "certificate", "withheld"];

    [Theory, MemberData(nameof(Kinds))]
    public void What_is_written_reads_back_and_writes_the_same_bytes(string kind)
    {
        var evidence = Sample(kind);
        var package = Pack(evidence);
        var read = EvidenceSamples.Read(package);
        Assert.Equal(Describe(evidence), Describe(read));
        Assert.Empty(read.Unknown);
        Assert.Equal(package, Pack(read));
        Assert.Equal(package, Pack(evidence));
    }

    [Fact]
    public void The_files_stand_in_the_order_of_the_format()
    {
        var names = ZipBuilder.Entries(Pack(Full(Folder))).Select(entry => entry.Name);
        Assert.Equal(
            [
                "certificate.json", "statement.txt", "claims.txt", "request.txt", "proof.tlog-proof", "checkpoint.txt",
                "manifest.txt", "seed.txt", "timestamps/0.tsr", "timestamps/0.checkpoint.txt", "timestamps/1.tsr",
                $"ots/{Hash.Of([1])}.ots", $"ots/{Hash.Of([2])}.ots",
            ],
            names);
    }

    [Fact]
    public void The_bytes_of_the_container_never_change()
    {
        // Fixed by hand from the layout in ZipFormat: whoever changes a byte of it changes everybody's evidence.
        var stream = new MemoryStream();
        var zip = new StoredZipWriter(stream);
        zip.Add("seed.txt", "hi\n"u8.ToArray());
        zip.Finish();
        Assert.Equal(
            "504B0304" + "0A00" + "0000" + "0000" + "00002100" + "7A7A6FED" + "03000000" + "03000000" + "0800" + "0000" + "736565642E747874" + "68690A"
            + "504B0102" + "1403" + "0A00" + "0000" + "0000" + "00002100" + "7A7A6FED" + "03000000" + "03000000" + "0800" + "0000" + "0000" + "0000"
            + "0000" + "0000A481" + "00000000" + "736565642E747874"
            + "504B0506" + "0000" + "0000" + "0100" + "0100" + "36000000" + "29000000" + "0000",
            Convert.ToHexString(stream.ToArray()));
    }

    [Fact]
    public void A_bare_certificate_is_evidence_too()
    {
        var certificate = Stamped(1);
        var read = EvidenceSamples.Read([.. " \n"u8, .. certificate.ToJson()]);
        Assert.Equal(certificate, read.Certificate);
        Assert.Null(read.Manifest);
        Assert.Throws<MalformedException>(() => EvidenceSamples.Read(certificate.ToJson()[..^3]));
        Assert.Throws<MalformedException>(() => EvidenceSamples.Read([(byte)'{', .. new byte[EvidenceLimits.CertificateBytes]]));
        Assert.Throws<MalformedException>(() => EvidenceSamples.Read([]));
        Assert.Throws<MalformedException>(() => EvidenceSamples.Read("%PDF-1.7"u8.ToArray()));
    }

    [Theory]
    [InlineData("certificate.json"), InlineData("statement.txt"), InlineData("claims.txt"), InlineData("request.txt")]
    [InlineData("proof.tlog-proof"), InlineData("checkpoint.txt"), InlineData("manifest.txt"), InlineData("seed.txt")]
    public void Every_file_is_needed_and_must_be_what_the_certificate_says(string name)
    {
        var files = ZipBuilder.Entries(Pack(Full(0))).ToList();
        var without = Assert.Throws<MalformedException>(() => Repack(files.Where(file => file.Name != name)));
        Assert.Equal(name, without.Field);
        foreach (var change in new Func<byte[], byte[]>[] { c => [.. c, 0], c => c[..^3], c => [], c => [(byte)(c[0] ^ 0x80), .. c[1..]] })
        {
            Assert.Throws<MalformedException>(() =>
                Repack(files.Select(file => file.Name == name ? (name, change(file.Content)) : file)));
        }
    }

    [Theory]
    [InlineData("claims.txt"), InlineData("request.txt")]
    public void A_withheld_text_must_not_lie_beside_the_certificate(string name)
    {
        var files = ZipBuilder.Entries(Pack(Sample("withheld")));
        var problem = Assert.Throws<MalformedException>(() => Repack([.. files, (name, "x"u8.ToArray())]));
        Assert.Equal(name, problem.Field);
    }

    [Fact]
    public void Thousands_of_openings_whose_names_begin_alike_are_read_without_delay()
    {
        var opening = Encoding.ASCII.GetBytes(Disclosed().Openings.Values.First(opening => opening.Item is null).ToText());
        var names = Enumerable.Range(0, 20_000).Select(i => $"openings/{new string('0', 56)}{i:x8}.txt");
        var read = Repack([.. ZipBuilder.Entries(Pack(Evidence.FromCertificate(Certificate(Folder)))), .. names.Select(name => (name, opening))]);
        Assert.Equal(20_000, read.Openings.Count);
    }

    [Fact]
    public void Manifest_and_openings_exclude_each_other()
    {
        var full = ZipBuilder.Entries(Pack(Full(Folder))).ToList();
        var opening = ZipBuilder.Entries(Pack(Disclosed())).First(file => file.Name.StartsWith("openings/", StringComparison.Ordinal));
        Assert.Equal("openings/", Assert.Throws<MalformedException>(() => Repack([.. full, opening])).Field);
    }

    [Theory]
    [InlineData("REPORT-PASS.pdf"), InlineData("openings/verified.txt"), InlineData("timestamps/01.tsr"), InlineData("timestamps/1.html")]
    [InlineData("ots/x.ots"), InlineData("__MACOSX/._certificate.json"), InlineData("报告.pdf"), InlineData("policy"), InlineData("other/")]
    [InlineData("timestamps/2.tsr"), InlineData("timestamps/tsr"), InlineData("timestamps/1.checkpoint.txt")]
    public void A_file_that_is_not_evidence_is_named(string name)
    {
        var content = name.EndsWith('/') ? Array.Empty<byte>() : "PASS"u8.ToArray();
        var read = Repack([(name, content), .. ZipBuilder.Entries(Pack(Full(0)))]);
        Assert.Equal([name], read.Unknown);
        Assert.Equal(Pack(Full(0)), Pack(read));
    }

    [Fact]
    public void A_page_for_reading_is_kept_as_it_came_and_is_neither_evidence_nor_unknown()
    {
        var page = new Attachment(Evidence.HtmlPage, "<p>anything</p>"u8.ToArray());
        var package = Pack(Full(0).WithPages([page]));
        var read = EvidenceSamples.Read(package);

        Assert.Equal([page], read.Pages);
        Assert.Empty(read.Unknown);
        Assert.Equal(package, Pack(read));
        Assert.Equal(Evidence.HtmlPage, ZipBuilder.Entries(package).Last().Name);
        Assert.Throws<ArgumentException>(() => Full(0).WithPages([page, page]));
        Assert.Throws<ArgumentException>(() => Full(0).WithPages([new Attachment("certificate.htm", default)]));
        Assert.Throws<MalformedException>(() => Repack([.. ZipBuilder.Entries(Pack(Full(0))), (Evidence.HtmlPage, new byte[EvidenceLimits.PageBytes + 1])]));
    }

    [Fact]
    public void Folders_of_the_format_are_not_mentioned()
    {
        var read = Repack([("timestamps/", []), ("openings/", []), ("ots/", []), .. ZipBuilder.Entries(Pack(Full(0)))]);
        Assert.Empty(read.Unknown);
    }

    [Theory]
    [InlineData("certificate.json"), InlineData("timestamps/0.tsr"), InlineData("ots/1.ots")]
    public void An_attachment_needs_a_name_of_the_format(string name)
    {
        Assert.Throws<ArgumentException>(() => Full(0).WithAttachments([new Attachment(name, default)]));
        Assert.Throws<ArgumentException>(() => Full(0).WithAttachments([.. Attachments(), .. Attachments()]));
    }

    [Fact]
    public void A_hundred_thousand_items_are_read_as_they_were_written()
    {
        var items = Enumerable.Range(0, 100_000).Select(i => new ItemText
        {
            Path = $"设计/{i:D6}.step",
            Size = (ulong)i,
            Modified = DateTimeOffset.UnixEpoch,
            Sha256 = Hash.Of(BitConverter.GetBytes(i)),
        }).ToArray();
        var package = Pack(Evidence.Create(Certificate(0), new Manifest(items), Seed(0)));
        var read = EvidenceSamples.Read(package);
        Assert.Equal(items, read.Manifest!.Items);
        Assert.Equal(package, Pack(read));
    }

    [Theory]
    [InlineData(""), InlineData("notary.manifest/v1"), InlineData("notary.manifest/v1\n"), InlineData("notary.manifest/v2\n\n")]
    [InlineData("notary.manifest/v1\n\n\n"), InlineData("\n\n")]
    public void A_manifest_without_items_is_refused(string text) => AssertManifest(text);

    [Fact]
    public void A_manifest_is_read_as_the_whole_text_would_be()
    {
        var item = Items(0)[0];
        string Text(params string[] paths) => "notary.manifest/v1\n" + string.Concat(paths.Select(path => (item with { Path = path }).ToText() + "\n"));
        foreach (var text in new[]
        {
            Text("a"), Text("a", "b", "c"), Text("a", "a"), Text("b", "a"), Text("\uFF5E", "\U00010000"), Text("\U00010000", "\uFF5E"),
            Text("a")[..^1], Text("a") + "\n", Text("a") + "x", Text("a").Replace("\n", "\r\n", StringComparison.Ordinal),
            Text(new string('x', Limits.PathBytes)), Text(new string('x', Limits.PathBytes + 1)), Text("a") + new string('x', 200_000),
            Text([.. Enumerable.Range(0, 900).Select(i => $"{i:D4}" + new string('x', i))]),
        })
            AssertManifest(text);
    }

    private static Evidence Sample(string kind) => kind switch
    {
        "full" => Full(Folder),
        "disclosed" => Disclosed(),
        "certificate" => Evidence.FromCertificate(Certificate(1)),
        _ => Evidence.FromCertificate(Certificate(1) with { Claims = null, Request = null }),
    };

    private static Evidence Repack(IEnumerable<(string Name, byte[] Content)> files) =>
        EvidenceSamples.Read(ZipBuilder.Build(files.Select(file => BuiltEntry.Stored(file.Name, file.Content))));

    // Manifest.Parse, over the whole text in memory, is the oracle of the streaming reader.
    private static void AssertManifest(string text)
    {
        string? expected = null, actual = null;
        try
        {
            expected = Manifest.Parse(text).ToText();
        }
        catch (MalformedException)
        {
        }

        try
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            using var again = new MemoryStream();
            ManifestFile.Write(ManifestFile.Read(stream, TestContext.Current.CancellationToken), again);
            actual = Encoding.UTF8.GetString(again.ToArray());
        }
        catch (MalformedException)
        {
        }

        Assert.Equal(expected, actual);
    }
}
