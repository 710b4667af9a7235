using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>The context record as a text, as an item, and as a file in evidence that a stranger may have made.</summary>
public sealed class ContextRecordTests
{
    internal static ContextRecord Example => new()
    {
        Captured = TestLedger.Created.AddDays(-2),
        Source = "CAD drawings of the rotor, exported from the design system; 设计系统导出",
        Operator = "zhang",
        Device = "ws-7",
        System = "Debian GNU/Linux 12 (bookworm), X64",
        Program = "notary 0.1.0",
        Files = [new(Hash.Of([1]), "Notary.Core.dll"), new(Hash.Of([2]), "notary.dll")],
        Runtime = ".NET 10.0.0",
        Folder = "/home/zhang",
        Command = "notary deposit designs --context",
    };

    [Theory]
    [InlineData("notary-context.txt", true)]
    [InlineData("Notary-Context.TXT", true)]
    [InlineData("notary-context.txt/a", true)]
    [InlineData("notary-context.txt.bak", false)]
    [InlineData("a/notary-context.txt", false)]
    public void Its_path_is_reserved_in_every_spelling_that_could_collide(string path, bool isReserved) =>
        Assert.Equal(isReserved, ContextRecord.IsReserved(path));

    [Fact]
    public void A_record_at_all_its_limits_can_be_read_back()
    {
        string Long(int count) => string.Concat(Enumerable.Repeat("\U0001F5CE", count));
        var record = Example with
        {
            Source = Long(1024),
            Operator = Long(256),
            Device = Long(256),
            System = Long(256),
            Program = Long(256),
            Files = [.. Enumerable.Repeat(new ProgramFile(Hash.Of([1]), Long(256)), 32)],
            Runtime = Long(256),
            Folder = Long(1024),
            Command = Long(4096),
        };

        record.Check();

        Assert.Equal(record, ContextRecord.Parse(record.ToText()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(33)]
    public void It_names_1_to_32_files_of_the_program(int count)
    {
        var text = (Example with { Files = [.. Enumerable.Repeat(Example.Files[0], count)] }).ToText();
        Assert.Equal("file", Assert.Throws<MalformedException>(() => ContextRecord.Parse(text)).Field);
    }

    [Fact]
    public void Evidence_carries_it_and_gives_it_back()
    {
        var evidence = Deposit().Evidence().WithContext(Example);

        var again = EvidenceSamples.Read(EvidenceSamples.Pack(evidence));

        Assert.Equal(Example, again.Context);
        Assert.Empty(again.Unknown);
        Assert.Equal(EvidenceSamples.Pack(evidence), EvidenceSamples.Pack(again));
    }

    [Fact]
    public void Disclosed_with_its_item_it_comes_along_and_without_it_it_does_not()
    {
        var deposit = Deposit();
        var shown = deposit.Disclose(true, ContextRecord.ItemPath).WithContext(Example);

        Assert.Equal(Example, EvidenceSamples.Read(EvidenceSamples.Pack(shown)).Context);
        Assert.Throws<ArgumentException>(() => deposit.Disclose(true, "rotor.step").WithContext(Example));
        Assert.Throws<ArgumentException>(() => deposit.Disclose(false, ContextRecord.ItemPath).WithContext(Example));
    }

    [Fact]
    public void No_changed_text_stands_for_the_record_that_was_deposited()
    {
        var original = StrictText.Encode(Example.ToText());
        var evidence = Deposit().Evidence();

        foreach (var changed in ByteMutations.Of(original, seed: 3).Where(changed => !changed.AsSpan().SequenceEqual(original)).Where((_, i) => i % 7 == 0))
        {
            var error = Assert.Throws<MalformedException>(() => EvidenceSamples.Read(WithFile(evidence, "context.txt", changed)));
            Assert.Equal("context.txt", error.Field);
        }
    }

    [Fact]
    public void A_record_of_a_later_version_is_left_to_programs_that_know_it()
    {
        const string later = "notary.context/v2\nmood good\n";
        var evidence = new TestLedger().Deposit((ContextRecord.ItemPath, later)).Evidence();

        var read = EvidenceSamples.Read(WithFile(evidence, "context.txt", StrictText.Encode(later)));

        Assert.Null(read.Context);
        Assert.Equal(["context.txt"], read.Unknown);
    }

    [Fact]
    public void One_that_was_not_deposited_is_told_of_as_no_evidence()
    {
        var planted = WithFile(new TestLedger().Deposit(("rotor.step", "rotor")).Evidence(), "context.txt", StrictText.Encode(Example.ToText()));

        var report = Verifier.Verify(EvidenceSamples.Read(planted), new VerifierInputs(new TestLedger().Policy));

        Assert.Contains(report.Notes, note => note.English.Contains("Not evidence, and ignored: 'context.txt'", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Notes, note => note.English.Contains("context record", StringComparison.Ordinal));
    }

    [Fact]
    public void A_report_repeats_it_as_a_claim_and_asks_for_no_file_of_it()
    {
        var deposit = Deposit();
        var files = deposit.Files.Where(file => file.Path != ContextRecord.ItemPath).ToList();

        var report = Verifier.Verify(deposit.Evidence().WithContext(Example), new VerifierInputs(new TestLedger().Policy) { Files = files });

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Contains(report.Notes, note =>
            note.English.StartsWith("The context record is what the depositor claims", StringComparison.Ordinal)
            && note.English.Contains("operator 'zhang'", StringComparison.Ordinal)
            && note.Chinese.Contains("未经核实", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Notes, note => note.English.Contains("no given file matches", StringComparison.Ordinal));
        Assert.Contains("2 of the 2 documents", report.Checks[0].Reason.English, StringComparison.Ordinal);
    }

    private static TestDeposit Deposit() => new TestLedger().Deposit(("rotor.step", "rotor"), (ContextRecord.ItemPath, Example.ToText()));

    /// <summary>A package with one file more, and the directory that goes with it.</summary>
    private static byte[] WithFile(Evidence evidence, string name, byte[] content)
    {
        using var stream = new MemoryStream();
        var zip = new StoredZipWriter(stream);
        using var original = new System.IO.Compression.ZipArchive(new MemoryStream(EvidenceSamples.Pack(evidence)));
        foreach (var entry in original.Entries)
        {
            using var bytes = new MemoryStream();
            using (var reading = entry.Open())
                reading.CopyTo(bytes);
            zip.Add(entry.FullName, bytes.ToArray());
        }

        zip.Add(name, content);
        zip.Finish();
        return stream.ToArray();
    }
}
