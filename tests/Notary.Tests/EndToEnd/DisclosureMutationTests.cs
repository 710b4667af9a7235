using System.Globalization;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// Any byte of a package changed, as the file that is handed over: <c>notary verify</c> reads the zip, unzip and the script in it read
/// what comes out of it, and neither believes what is not what was packed.
/// </summary>
public sealed class DisclosureMutationTests : CliTest
{
    private const int Mutants = 96;

    private readonly DisclosureCases cases = new();

    [Fact]
    public async Task A_changed_byte_is_refused_by_both_or_changes_no_file()
    {
        foreach (var tool in (string[])["unzip", "bash", "xxd", "openssl", "sha256sum"])
            ExternalTool.Require(tool);
        var package = cases.Package();
        var zip = package.Zip();
        var random = new Random(Seeds.New());
        var places = Enumerable.Range(0, Mutants).Select(_ => (Place: random.Next(zip.Length), Bit: 1 << random.Next(8))).ToList();
        // Headers are a small part of the bytes, and where two readers of one zip part: half of the places are there.
        var directory = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        for (var i = 0; i < Mutants / 2; i++)
            places[i] = (random.Next(directory - (zip.Length / 16), zip.Length), places[i].Bit);

        await Parallel.ForAsync(0, Mutants, Cancellation, async (i, _) =>
        {
            byte[] mutant = [.. zip];
            mutant[places[i].Place] ^= (byte)places[i].Bit;
            var what = string.Create(CultureInfo.InvariantCulture, $"byte {places[i].Place} ^ {places[i].Bit}");
            var folder = At(string.Create(CultureInfo.InvariantCulture, $"{i}"));
            await File.WriteAllBytesAsync(folder + ".zip", mutant, Cancellation);
            var unzipped = await ExternalTool.RunAsync("unzip", ["-qq", "-o", folder + ".zip", "-d", folder]);
            var isSame = Directory.Exists(folder) && IsSame(package, folder);

            // What one of them takes is what was packed.
            Assert.True(isSame || await ScriptAsync(folder) is ExitCode.Input or ExitCode.Failed, $"{what}: the script believes other files; unzip: {unzipped.ExitCode}");
            Assert.True(Ours(mutant) is not { } read || read.SequenceEqual(package.Files, Same), $"{what}: notary verify believes other files");
            // And what is the same to both, both take, unless the zip itself is no package that a second reader would see alike.
            if (isSame && Ours(mutant) is not null)
                Assert.Equal(ExitCode.Pass, await ScriptAsync(folder));
        });
    }

    private static readonly EqualityComparer<KeyValuePair<string, byte[]>> Same = EqualityComparer<KeyValuePair<string, byte[]>>.Create(
        (one, other) => one.Key == other.Key && one.Value.AsSpan().SequenceEqual(other.Value), pair => pair.Key.GetHashCode(StringComparison.Ordinal));

    /// <summary>The files that our reader believes; null when it refuses them.</summary>
    private SortedDictionary<string, byte[]>? Ours(byte[] zip)
    {
        try
        {
            var report = Verifier.Verify(EvidenceSamples.Read(zip), new VerifierInputs(TrustPolicy.Parse(TrustPolicy.Format(cases.Key, null))));
            return report.Verdict == Verdict.Pass ? DisclosedPackage.Of(zip).Files : null;
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private Task<int> ScriptAsync(string folder) => Task.Run(async () => !Directory.Exists(folder)
        ? ExitCode.Input
        : (await ExternalTool.RunAsync("env", [
            "-i", "PATH=/usr/bin:/bin", "bash", Path.Combine(RepositoryFolder.Path, "src", "Notary.Cli", "Disclosing", "verify.sh"),
            "--package", folder, "--key", cases.Key.ToString()])).ExitCode);

    private static bool IsSame(DisclosedPackage package, string folder)
    {
        var found = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal);
        return found.SequenceEqual(package.Files.Keys) && package.Files.All(file => File.ReadAllBytes(Path.Combine(folder, file.Key)).AsSpan().SequenceEqual(file.Value));
    }
}
