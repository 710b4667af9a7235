using System.Globalization;
using Notary.Core;

namespace Notary.Bench;

/// <summary>What the hash bench is run with.</summary>
internal sealed record HashOptions
{
    public required DirectoryInfo? Folder { get; init; }

    public required double GiB { get; init; }

    public required int Files { get; init; }

    public required int KiB { get; init; }

    public required int Rounds { get; init; }

    public required int Seed { get; init; }
}

/// <summary>
/// Hashing of files as <c>notary deposit</c> does it, beside the tools that everybody has. Every contender is a process of
/// its own and its start is in its time; they take turns; the files are in the page cache, so disks have no part in it.
/// </summary>
internal static class HashBench
{
    private const int BlockBytes = 1 << 20;

    public static async Task RunAsync(HashOptions options, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder(options.Folder);
        Console.WriteLine(Machine.Describe());
        var table = new Table("files", "notary s", "of it hashing s", "other s", "ratio", "notary GiB/s", "notary peak MiB");
        if (options.GiB > 0)
        {
            var bytes = (long)(options.GiB * (1L << 30));
            WriteFile(folder["large"], bytes, new Random(options.Seed));
            await CompareAsync(
                table, $"one of {options.GiB:0.##} GiB, beside openssl dgst -sha256", bytes, folder["large"],
                $"openssl dgst -sha256 -r '{folder["large"]}'", options.Rounds, cancellation);
            File.Delete(folder["large"]);
        }

        if (options.Files > 0)
        {
            WriteTree(folder["tree"], options);
            var workers = Environment.ProcessorCount;
            await CompareAsync(
                table, $"{options.Files:N0} of {options.KiB} KiB, beside find, xargs -P {workers} and sha256sum",
                (long)options.Files * options.KiB << 10, folder["tree"],
                // 500 names a process: with all in one, -P would have nothing to share out.
                $"find '{folder["tree"]}' -type f -print0 | xargs -0 -n 500 -P {workers} sha256sum", options.Rounds, cancellation);
        }

        table.Print();
        Console.WriteLine($"Warm page cache; medians of {options.Rounds} rounds; ratio: time of the other tool over that of notary, more than 1 is faster.");
    }

    private static async Task CompareAsync(
        Table table, string name, long bytes, string path, string command, int rounds, CancellationToken cancellation)
    {
        var ours = new List<(double Seconds, double Hashing, double Memory)>();
        var theirs = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var own = await Timed.RunAsync(Self.Command("hash-files", path), cancellation);
            var other = await Timed.RunAsync(Timed.Shell(command), cancellation);
            var words = own.Output.TrimEnd().Split(' ');
            if (words[2] != DigestOfDigests(other.Output).ToString())
                throw new BenchException($"{name}: the digests differ");
            if (round < 0) // The first brings the files into the page cache.
                continue;
            ours.Add((own.Seconds, double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture) / 1024));
            theirs.Add(other.Seconds);
        }

        var seconds = Statistics.Median(ours.Select(run => run.Seconds));
        table.Add(
            name, seconds, Statistics.Median(ours.Select(run => run.Hashing)), Statistics.Median(theirs),
            Statistics.Median(ours.Zip(theirs, (own, other) => other / own.Seconds)), bytes / seconds / (1L << 30), ours.Max(run => run.Memory));
    }

    /// <summary>The lines of openssl -r and of sha256sum are alike: digest, space, a mark, name.</summary>
    private static Hash DigestOfDigests(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).OrderBy(line => line[66..], StringComparer.Ordinal);
        return Hash.Of(lines.SelectMany(line => Convert.FromHexString(line[..64])).ToArray());
    }

    private static void WriteTree(string root, HashOptions options)
    {
        var random = new Random(options.Seed);
        for (var i = 0; i < options.Files; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, (i / 1000).ToString("D3", CultureInfo.InvariantCulture)));
            WriteFile(Path.Combine(folder.FullName, i.ToString("D6", CultureInfo.InvariantCulture)), (long)options.KiB << 10, random);
        }
    }

    private static void WriteFile(string path, long length, Random random)
    {
        using var file = File.Create(path);
        var block = new byte[Math.Min(length, BlockBytes)];
        for (var written = 0L; written < length; written += block.Length)
        {
            random.NextBytes(block);
            file.Write(block.AsSpan(0, (int)Math.Min(block.Length, length - written)));
        }
    }
}
