using Notary.Core;
using Notary.Documents;

namespace Notary.Tests.Support;

/// <summary>Circumstances of a verification that are always the same.</summary>
internal static class Runs
{
    public static readonly DateTimeOffset Today = new(2026, 11, 26, 18, 30, 0, TimeSpan.Zero);

    public static VerificationContext Context(NamedFile? evidence = null) => new(
        Today,
        "1.2.3",
        [new("notary.dll", Hash.Of([1])), new("Notary.Core.dll", Hash.Of([2]))],
        evidence ?? new NamedFile("designs.evidence.zip", Hash.Of([3])),
        new NamedFile("trust", Hash.Of([4])));

    public static VerificationRun Of(Evidence evidence, VerifierInputs inputs, DateTimeOffset? today = null) =>
        VerificationRun.Verify(evidence, inputs, Context() with { At = today ?? Today });
}
