namespace Notary.Core;

/// <summary>The sentence on time that goes with every verdict.</summary>
internal static class TimeChecks
{
    // An operator's `received` that far from an independent time is worth a reader's attention.
    private static readonly TimeSpan NotableGap = TimeSpan.FromHours(24);


    /// <param name="statement">The deposit, or null when there is none.</param>
    /// <param name="earliest">A time over a checkpoint that is proven to include the entry; null when there is none.</param>
    public static Sentence Sentence(Statement? statement, IndependentTime? earliest)
    {
        // An idle ledger's operator can write an old `received` today: his clock alone dates nothing.
        if (statement is null || earliest is null)
            return new Sentence(
                "No one but the operator vouches for the time.",
                "除运营方外，没有任何一方为时间作证。");
        var names = string.Join(", ", earliest.Names);
        var chineseNames = string.Join("、", earliest.ChineseNames);
        var time = Timestamp.Format(earliest.Time);
        var (gap, chineseGap) = Gap(statement.Received, earliest.Time);
        return new Sentence(
            $"The entry existed no later than {time}, according to {names}.{gap}",
            $"该条目最晚于 {time} 已存在，依据：{chineseNames}。{chineseGap}");
    }

    private static (string English, string Chinese) Gap(DateTimeOffset received, DateTimeOffset independent)
    {
        var gap = independent - received;
        if (gap.Duration() <= NotableGap)
            return ("", "");
        var (length, chineseLength) = Length(gap.Duration());
        var claimed = Timestamp.Format(received);
        return gap > TimeSpan.Zero
            ? ($" That is {length} after {claimed}, when the operator says that it received the deposit: for the time between there is only the operator's word.",
                $"这比运营方所称的接收时间 {claimed} 晚 {chineseLength}：其间仅有运营方的说法。")
            : ($" That is {length} before {claimed}, when the operator says that it received the deposit: one of the two clocks is wrong.",
                $"这比运营方所称的接收时间 {claimed} 早 {chineseLength}：两个时钟中必有一个有误。");
    }

    private static (string English, string Chinese) Length(TimeSpan gap) => gap < TimeSpan.FromDays(3)
        ? ($"{(long)gap.TotalHours} hours", $"{(long)gap.TotalHours} 小时")
        : ($"{(long)gap.TotalDays} days", $"{(long)gap.TotalDays} 天");
}
