using Notary.Server;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Marzullo's algorithm against what it promises: a minority may say what it likes.</summary>
public sealed class SourceAgreementTests
{
    private static readonly DateTimeOffset Truth = new(2026, 11, 22, 3, 10, 11, TimeSpan.Zero);

    [Theory]
    [InlineData("-5..5", 1, "-5..5")]
    [InlineData("-5..5 0..9", 2, "0..5")]
    [InlineData("-5..5 6..9", 2, null)]
    [InlineData("-5..5 5..9", 2, "5..5")]
    [InlineData("-10..10 -5..5 9..30", 2, "-5..10")]
    [InlineData("-10..10 -5..5 100..101", 2, "-5..5")]
    [InlineData("-10..10 100..101", 2, null)]
    [InlineData("0..1 10..11 20..21", 2, null)]
    [InlineData("", 1, null)]
    public void Examples(string answers, int quorum, string? agreed)
    {
        var found = SourceAgreement.Find([.. answers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse)], quorum);
        Assert.Equal(agreed is null ? null : Parse(agreed), found);
    }

    [Fact]
    public void More_than_half_of_those_named_must_agree() => Assert.Equal([1, 2, 2, 3, 3, 4, 4], Enumerable.Range(1, 7).Select(SourceAgreement.Quorum));

    [Fact]
    public void The_truth_is_within_whatever_a_minority_says()
    {
        var random = new Random(Seeds.New());
        for (var round = 0; round < 20_000; round++)
        {
            var count = random.Next(1, 10);
            var quorum = SourceAgreement.Quorum(count);
            var answers = Enumerable.Range(0, count).Select(i => i < quorum ? Honest(random) : Any(random)).ToList();
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(answers));

            var found = SourceAgreement.Find(answers, quorum);

            Assert.NotNull(found);
            Assert.True(found.Value.Earliest <= Truth && Truth <= found.Value.Latest);
        }
    }

    private static TimeInterval Honest(Random random) => new(Truth.AddMilliseconds(-random.Next(50)), Truth.AddMilliseconds(random.Next(50)));

    private static TimeInterval Any(Random random)
    {
        var from = Truth.AddMilliseconds(random.Next(-100, 100));
        return new TimeInterval(from, from.AddMilliseconds(random.Next(60)));
    }

    private static TimeInterval Parse(string text)
    {
        var ends = text.Split("..");
        return new TimeInterval(At(ends[0]), At(ends[1]));

        static DateTimeOffset At(string offset) => Truth.AddMilliseconds(int.Parse(offset, System.Globalization.CultureInfo.InvariantCulture));
    }
}
