using System.IO.Compression;
using System.Text.RegularExpressions;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using static Notary.Tests.Support.EvidenceSamples;

namespace Notary.Tests.Core;

/// <summary>Packages of ours in other people's tools, and packages of other people's tools in our reader.</summary>
public sealed class ZipToolTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("notary-zip-").FullName;
    private readonly byte[] package = Pack(Full(Folder));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Unzip_and_zipinfo_find_nothing_wrong()
    {
        var path = await SaveAsync();
        var test = (await ExternalTool.RunAsync("unzip", ["-t", path])).Succeeded();
        Assert.Contains("No errors detected", test.Output, StringComparison.Ordinal);
        var list = (await ExternalTool.RunAsync("zipinfo", [path])).Succeeded();
        var entries = list.Output.Split('\n').Where(line => line.StartsWith('-')).ToArray();
        Assert.Equal(ZipBuilder.Entries(package).Count(), entries.Length);
        Assert.All(entries, line => Assert.Matches(new Regex(@"^-rw-r--r--  2\.0 unx +\d+ b- stor 80-Jan-01 00:00 \S+$"), line));
        // Everything zipinfo could grumble about it says on stderr: extra bytes, wrong offsets, strange versions.
        Assert.Empty(list.Error);
    }

    [Fact]
    public async Task Python_reads_what_was_written()
    {
        const string script = """
            import sys, zipfile
            with zipfile.ZipFile(sys.argv[1]) as z:
                assert z.testzip() is None and z.comment == b""
                for i in z.infolist():
                    assert (i.compress_type, i.date_time, i.external_attr, i.create_system, i.extra, i.comment, i.flag_bits) \
                        == (0, (1980, 1, 1, 0, 0, 0), 0o100644 << 16, 3, b"", b"", 0), i
                    print(i.filename, z.read(i).hex())
            """;
        var list = (await ExternalTool.RunAsync("python3", ["-c", script, await SaveAsync()])).Succeeded();
        var expected = ZipBuilder.Entries(package).Select(entry => $"{entry.Name} {Convert.ToHexStringLower(entry.Content)}\n");
        Assert.Equal(string.Concat(expected), list.Output);
    }

    [Theory]
    [InlineData("zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED)"), InlineData("zipfile.ZipFile(sys.argv[2], 'w')")]
    [InlineData("zipfile.ZipFile(Pipe(sys.argv[2]), 'w', zipfile.ZIP_DEFLATED)")]
    public async Task What_python_repacks_is_the_same_evidence(string open)
    {
        var script = $$"""
            import sys, zipfile
            class Pipe:
                def __init__(self, path): self.file = open(path, "wb")
                def write(self, data): return self.file.write(data)
                def flush(self): self.file.flush()
            with zipfile.ZipFile(sys.argv[1]) as old, {{open}} as new:
                for name in old.namelist():
                    new.writestr(name, old.read(name))
            """;
        var target = Path.Combine(folder, "repacked.zip");
        (await ExternalTool.RunAsync("python3", ["-c", script, await SaveAsync(), target])).Succeeded();
        await AssertSameEvidenceAsync(target);
    }

    [Fact]
    public async Task What_unzip_extracts_and_zip_repacks_is_the_same_evidence()
    {
        var target = Path.Combine(folder, "repacked.zip");
        var extracted = Path.Combine(folder, "extracted");
        (await ExternalTool.RunAsync("unzip", ["-q", await SaveAsync(), "-d", extracted])).Succeeded();
        (await ExternalTool.RunAsync("zip", ["-q", "-r", "-9", target, "."], extracted)).Succeeded();
        await AssertSameEvidenceAsync(target);
    }

    [Fact]
    public async Task What_the_framework_repacks_is_the_same_evidence()
    {
        var target = Path.Combine(folder, "repacked.zip");
        using (var archive = ZipFile.Open(target, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in ZipBuilder.Entries(package))
            {
                using var stream = archive.CreateEntry(name, CompressionLevel.SmallestSize).Open();
                stream.Write(content);
            }
        }

        await AssertSameEvidenceAsync(target);
    }

    private async Task<string> SaveAsync()
    {
        var path = Path.Combine(folder, "rotor.evidence.zip");
        await File.WriteAllBytesAsync(path, package, TestContext.Current.CancellationToken);
        return path;
    }

    private async Task AssertSameEvidenceAsync(string path)
    {
        await using var stream = File.OpenRead(path);
        var read = Evidence.Read(stream, TestContext.Current.CancellationToken);
        Assert.Empty(read.Unknown);
        Assert.Equal(package, Pack(read));
    }
}
