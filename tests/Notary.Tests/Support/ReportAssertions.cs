using Notary.Core;
using Xunit;

namespace Notary.Tests;

internal static class ReportAssertions
{
    public static Check Check(this Report report, string name) => report.Checks.Single(check => check.Name == name);

    public static CheckResult Result(this Report report, string name) => report.Check(name).Result;

    public static string Reason(this Report report, string name) => report.Check(name).Reason.English;

    /// <summary>The verdict is FAIL, because of this check and no other.</summary>
    public static void FailsOnly(this Report report, params string[] names)
    {
        Assert.Equal(Verdict.Fail, report.Verdict);
        Assert.Equal(names, report.Checks.Where(check => check.Result == CheckResult.Fail).Select(check => check.Name));
    }
}
