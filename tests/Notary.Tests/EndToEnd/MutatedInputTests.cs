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
    public void To_stay_at_one_input_is_a_hang_and_to_be_stopped_with_the_whole_process_is_none()
    {
        var watch = new HangWatch(looks: 5);
        // Stopped for however long: the looks before and after are neighbours.
        Assert.DoesNotContain(true, Enumerable.Range(0, 1_000).Select(look => watch.Look(0, look / 4)));
        Assert.DoesNotContain(true, Enumerable.Range(0, 1_000).Select(_ => watch.Look(1, null)));
        Assert.Equal(5, Enumerable.Range(0, 1_000).TakeWhile(_ => !watch.Look(2, 7)).Count());
    }

    [Fact]
    public async Task A_reader_that_never_ends_is_named()
    {
        using var end = new ManualResetEventSlim();
        var stuck = new InputKind("stuck", 1, [[1]], (_, _) =>
        {
            end.Wait(Cancellation);
            return Fate.NotBelieved;
        });
        var options = new MutateOptions { Seed = 1, Inputs = 10, Patience = TimeSpan.FromMilliseconds(400) };
        var hang = await Assert.ThrowsAsync<FaultException>(() => new MutateRun(options, [stuck]).RunAsync(Cancellation));
        end.Set();
        Assert.Contains("hangs", hang.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_server_outlives_mutated_frames()
    {
        using var folder = new TemporaryFolder();
        await new MutateServerRun(Seeds.New(), calls: 2_000, Path.Combine(folder.Path, "data")).RunAsync(Cancellation);
    }
}
