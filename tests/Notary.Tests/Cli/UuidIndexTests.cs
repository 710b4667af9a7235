using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

public sealed class UuidIndexTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_finds_every_uuid_that_comes_twice_and_no_other()
    {
        var random = new Random(20261122);
        var index = new UuidIndex(folder.Path, []);
        var (first, expected, found) = (new Dictionary<UInt128, ulong>(), new List<RepeatedUuid>(), new List<RepeatedUuid>());
        ulong entry = 1;
        for (var round = 0; round < 60; round++)
        {
            var batch = new List<UuidRecord>();
            for (var i = random.Next(0, round % 7 == 0 ? 3_000 : 40); i > 0; i--, entry++)
            {
                var uuid = random.Next(20) == 0 && first.Count > 0 ? first.Keys.ElementAt(random.Next(Math.Min(first.Count, 500))) : Uuid(random);
                batch.Add(new UuidRecord(uuid, entry));
                if (!first.TryAdd(uuid, entry))
                    expected.Add(new RepeatedUuid(Id(uuid), first[uuid], entry));
            }

            found.AddRange(index.Add(batch));
            // A monitor that starts again knows its files by name alone.
            index = new UuidIndex(folder.Path, index.Runs);
            index.DropUnnamed();
        }

        Assert.NotEmpty(expected);
        // A third occurrence may be told beside the first or the second; each is told.
        Assert.Equal(
            expected.Select(repeated => (repeated.Deposit, repeated.Second)).Distinct().OrderBy(pair => pair.Second),
            found.Select(repeated => (repeated.Deposit, repeated.Second)).Distinct().OrderBy(pair => pair.Second));
        Assert.InRange(index.Runs.Count, 1, 12);
        Assert.Equal(index.Runs.Select(run => run.Name).Order(), Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal((long)entry - 1, index.Runs.Sum(run => run.Count));
    }

    [Fact]
    public void A_file_that_is_missing_or_cut_is_said()
    {
        var index = new UuidIndex(folder.Path, []);
        index.Add([new UuidRecord(Uuid(new Random(1)), 1), new UuidRecord(Uuid(new Random(2)), 2)]);
        var path = Path.Combine(folder.Path, index.Runs[0].Name);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        Assert.Contains("begin anew", Cut(), StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains("begin anew", Cut(), StringComparison.Ordinal);

        string Cut() => Assert.Throws<CliException>(() => index.Add([new UuidRecord(Uuid(new Random(3)), 3)])).Hints[0];
    }

    private static UInt128 Uuid(Random random)
    {
        Span<byte> bytes = stackalloc byte[DepositId.RandomBytes];
        random.NextBytes(bytes);
        Span<byte> uuid = stackalloc byte[DepositId.Size];
        DepositId.Create(DateTimeOffset.UnixEpoch.AddYears(56), bytes).CopyTo(uuid);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(uuid);
    }

    private static DepositId Id(UInt128 uuid)
    {
        Span<byte> bytes = stackalloc byte[DepositId.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, uuid);
        return DepositId.FromBytes(bytes);
    }
}
