namespace Notary.Server;

/// <summary>
/// What several time sources say together, by Marzullo's algorithm, which RFC 5905, section 11.2.1, builds on. It looks for
/// the fewest liars that explain the answers; here as many are allowed for as may lie, always. So the result holds the true
/// time whatever a minority says, and a liar whose answer overlaps an honest one cannot narrow it. That middles lie inside,
/// as the RFC asks for its mean, matters to nobody who needs a bound.
/// </summary>
internal static class SourceAgreement
{
    /// <summary>How many of the sources that were named must agree: more than half, also when others are silent, or whoever can silence the honest ones would have the word.</summary>
    public static int Quorum(int named) => named / 2 + 1;

    /// <summary>
    /// From the first moment that <paramref name="quorum"/> answers allow to the last one. If that many tell the truth, the
    /// true time is among those moments.
    /// </summary>
    /// <param name="answers">As of one moment.</param>
    /// <param name="quorum">At least 1.</param>
    /// <returns>Null: no moment is allowed by that many.</returns>
    public static TimeInterval? Find(IReadOnlyCollection<TimeInterval> answers, int quorum)
    {
        // At one moment intervals begin before others end: touching is agreeing.
        var edges = answers.SelectMany(answer => new[] { (At: answer.Earliest, Step: 1), (At: answer.Latest, Step: -1) })
            .OrderBy(edge => edge.At).ThenByDescending(edge => edge.Step).ToList();
        return First(edges, quorum) is { } earliest && First(Reversed(edges), quorum) is { } latest ? new TimeInterval(earliest, latest) : null;
    }

    private static IEnumerable<(DateTimeOffset At, int Step)> Reversed(List<(DateTimeOffset At, int Step)> edges) =>
        edges.AsEnumerable().Reverse().Select(edge => (edge.At, -edge.Step));

    private static DateTimeOffset? First(IEnumerable<(DateTimeOffset At, int Step)> edges, int quorum)
    {
        var open = 0;
        foreach (var (at, step) in edges)
        {
            open += step;
            if (open >= quorum)
                return at;
        }

        return null;
    }
}
