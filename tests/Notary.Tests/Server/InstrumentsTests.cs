using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>What the server measures: named by the conventions, described to the operator, and free when nobody listens.</summary>
public sealed class InstrumentsTests
{
    [Fact]
    public async Task Every_instrument_is_named_and_described_and_in_the_operations_guide()
    {
        await using var harness = new LedgerHarness().Open();
        var instruments = new ConcurrentBag<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == Instruments.Name)
                    instruments.Add(instrument);
            },
        };
        listener.Start();

        var guide = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "docs", "operations.md"), TestContext.Current.CancellationToken);
        var names = instruments.Select(instrument => instrument.Name).ToHashSet();
        // A ledger that another test anchors, has stamped or gives time sources at this moment has more.
        Assert.Equal(18, names.Count(name => !name.StartsWith("notary.anchor.", StringComparison.Ordinal) && !name.StartsWith("notary.clock.", StringComparison.Ordinal)
            && name is not ("notary.timestamp.authorities.failing" or "notary.timestamp.unstamped")));
        Assert.All(instruments, instrument =>
        {
            Assert.Matches("^notary(\\.[a-z]+)+$", instrument.Name);
            Assert.Matches("^(s|By|\\{[a-z]+\\})$", instrument.Unit);
            Assert.NotEmpty(instrument.Description!);
            Assert.Contains($"`{instrument.Name}`", guide, StringComparison.Ordinal);
        });
        Assert.All(
            typeof(RefusalType).GetFields().Select(field => (string)field.GetRawConstantValue()!),
            type => Assert.Contains($"`{type}`", guide, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_listener_a_batch_allocates_nothing()
    {
        using var instruments = new Instruments();
        Batch(instruments);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            Batch(instruments);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Batch(Instruments instruments)
    {
        using var span = instruments.StartBatch(256, TimeSpan.FromMilliseconds(1));
        instruments.Appended(Stopwatch.GetTimestamp());
        instruments.Committed(256, TimeSpan.FromMicroseconds(50));
        instruments.Refused(RefusalType.NoRoom, 256);
    }
}
