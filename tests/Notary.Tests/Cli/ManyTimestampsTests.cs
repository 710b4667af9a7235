using System.IO.Compression;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>A stranger's package with large OpenTimestamps files for each of its documents: some of thousands of claims, some that pack well.</summary>
public sealed class ManyTimestampsTests : CliTest
{
    private const int Bushy = 60;
    private const int Padded = 340;
    private const int Branches = 5_000;

    /// <summary>
    /// Bytes that the program may have for its objects. Half of them are enough; the trees of all files would be three times
    /// as much, and so would be their claims, or the files themselves, of which it has as many as the package is small.
    /// </summary>
    private const int HeapBytes = 48 << 20;

    [Fact]
    public async Task A_package_of_them_is_verified_one_by_one_in_little_memory()
    {
        var ledger = new TestLedger();
        var deposit = ledger.Deposit(new DepositPlan { Files = [.. Enumerable.Range(0, Bushy + Padded).Select(i => ($"{i:d4}.txt", $"{i}"))] });
        ledger.Grow(7);
        var evidence = deposit.Evidence();
        IReadOnlyList<Attachment> FilesOf(OtsTimestamp overRoot) =>
            new LedgerTimestamp(deposit.Index, ledger.Size, ledger.Proof(deposit.Index).Path, overRoot).FilesFor(evidence, out _);
        IReadOnlyList<Attachment> files = [.. FilesOf(Bush()).Take(Bushy), .. FilesOf(Padding()).Skip(Bushy)];
        Assert.Equal(Bushy + Padded, files.Count);
        Assert.All(files, file => Assert.InRange(file.Content.Length, OtsLimits.FileBytes / 2, OtsLimits.FileBytes));
        Pack(evidence.WithAttachments(files), At("many.evidence.zip"));
        await File.WriteAllTextAsync(At("trust"), TrustPolicy.Format(ledger.Key.Verifier, null), Cancellation);

        var result = await NotaryProcess.RunInAsync(
            new Dictionary<string, string?> { ["DOTNET_GCHeapHardLimit"] = HeapBytes.ToString("x"), ["DOTNET_gcServer"] = "0" },
            "verify", At("many.evidence.zip"), "--trust", At("trust"));

        Assert.Contains($"{files.Count} OpenTimestamps paths lead from a document through this entry towards Bitcoin", Ended(0, result).Output, StringComparison.Ordinal);
        Assert.Contains("the Merkle root of Bitcoin block 800000 is ", result.Output, StringComparison.Ordinal);
    }

    /// <summary>Thousands of ways on from one root, each to a block of its own.</summary>
    private static OtsTimestamp Bush() => new([], Enumerable.Range(0, Branches).Select(i => new OtsBranch(
        OtsOperation.Append([.. BitConverter.GetBytes(i), .. new byte[20]]),
        new OtsTimestamp([], [new OtsBranch(OtsOperation.Sha256, new OtsTimestamp([new BitcoinAttestation(800_000 + (ulong)i)], []))]))));

    /// <summary>Little to say in many bytes.</summary>
    private static OtsTimestamp Padding() => new(Enumerable.Range(1, 30).Select(i => new UnknownAttestation((ulong)i, new byte[OtsLimits.PayloadBytes])), []);

    /// <summary>As small as a stranger makes it: the writer stores, the reader takes deflated files too.</summary>
    private static void Pack(Evidence evidence, string path)
    {
        using var stored = new MemoryStream();
        evidence.Write(stored);
        using var from = new ZipArchive(stored, ZipArchiveMode.Read);
        var entries = from.Entries.Select(entry =>
        {
            using var content = new MemoryStream();
            using (var stream = entry.Open())
                stream.CopyTo(content);
            return BuiltEntry.Deflated(entry.FullName, content.ToArray(), CompressionLevel.Fastest);
        });
        File.WriteAllBytes(path, ZipBuilder.Build([.. entries]));
    }
}
