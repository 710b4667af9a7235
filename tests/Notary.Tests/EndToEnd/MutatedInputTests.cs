using Notary.Faults;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>A slice of <c>notary-faults mutate</c>, other inputs in each run; a failure names seed and number.</summary>
public sealed class MutatedInputTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_mutant_of_any_document_is_believed_or_crashes_its_reader()
    {
        using var folder = new TemporaryFolder();
        var kinds = new InputKinds(await Samples.MakeAsync(Path.Combine(folder.Path, "samples"))).All;
        var results = await new MutateRun(new MutateOptions { Seed = Seeds.New(), Inputs = 100_000 }, kinds).RunAsync(Cancellation);
        Assert.All(results, result => Assert.True(result.Inputs > 0, result.Kind));
    }

    [Fact]
    public async Task A_real_server_outlives_mutated_frames()
    {
        using var folder = new TemporaryFolder();
        await new MutateServerRun(Seeds.New(), calls: 2_000, Path.Combine(folder.Path, "data")).RunAsync(Cancellation);
    }
}
