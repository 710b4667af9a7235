using Notary.Core;

namespace Notary.Documents;

/// <summary>How results are spelled for people, in every report alike.</summary>
public static class ResultWords
{
    public static Sentence Of(CheckResult result) => result switch
    {
        CheckResult.Pass => new("PASS", "通过"),
        CheckResult.Fail => new("FAIL", "不通过"),
        _ => new("NOT CHECKED", "未核验"),
    };

    public static Sentence Of(Verdict verdict) => verdict switch
    {
        Verdict.Pass => new("PASS", "通过"),
        Verdict.Fail => new("FAIL", "不通过"),
        _ => new("INDETERMINATE", "无法判断"),
    };

    public static Phrase Cell(CheckResult result) => new(PhraseKind.Words, Of(result), Colour(result));

    public static Tone Colour(Verdict verdict) => verdict switch
    {
        Verdict.Pass => Tone.Good,
        Verdict.Fail => Tone.Bad,
        _ => Tone.Open,
    };

    private static Tone Colour(CheckResult result) => result switch
    {
        CheckResult.Pass => Tone.Good,
        CheckResult.Fail => Tone.Bad,
        // Never the colour of a pass: what was not checked has not passed.
        _ => Tone.Open,
    };
}
