namespace Notary.Core;

/// <summary>What a detached timestamp comes to for a file, apart from any ledger.</summary>
/// <param name="Verdict">PASS: a Bitcoin block that the verifier knows confirms it. FAIL: of another file, or shown false.</param>
/// <param name="Reason">In a sentence or two.</param>
public sealed record DetachedCheck(Verdict Verdict, Sentence Reason)
{
    /// <param name="file">The timestamp.</param>
    /// <param name="digest">Of the document, by the timestamp's <see cref="DetachedTimestamp.FileHash"/>.</param>
    /// <param name="headers">As <see cref="VerifierInputs.BlockHeaders"/>.</param>
    public static DetachedCheck Of(DetachedTimestamp file, ReadOnlySpan<byte> digest, IReadOnlyDictionary<ulong, BlockHeader> headers)
    {
        if (!file.Digest.Span.SequenceEqual(digest))
            return new DetachedCheck(Verdict.Fail, new Sentence(
                $"FAIL: the timestamp is of a file with the {file.FileHash} {Convert.ToHexStringLower(file.Digest.Span)}, the given file has {Convert.ToHexStringLower(digest)}.",
                $"不通过：该时间戳所属文件的 {file.FileHash} 为 {Convert.ToHexStringLower(file.Digest.Span)}，所提供文件的为 {Convert.ToHexStringLower(digest)}。"));
        var claims = BlockClaims.Of(file.Claims(), headers);
        if (claims.Confirmed is { } confirmed)
            return Passed(confirmed);
        if (claims.Contradicted is { } contradicted && BlockClaims.Deny(contradicted) is var denied)
            return new DetachedCheck(Verdict.Fail, new Sentence($"FAIL: the timestamp {denied.English}.", $"不通过：该时间戳{denied.Chinese}。"));
        return Undecided(claims);
    }

    private static DetachedCheck Passed(BlockClaim confirmed)
    {
        var block = BlockClaims.Describe(confirmed);
        var time = Timestamp.Format(confirmed.Header!.NoLaterThan);
        return new DetachedCheck(Verdict.Pass, new Sentence(
            $"PASS: the file existed no later than {time}, according to {block.English}, whose header you trust. A block's time is good to about a day.",
            $"通过：该文件最晚于 {time} 已存在，依据为{block.Chinese}，该区块头受您信任。区块时间的准确度约为一天。"));
    }

    private static DetachedCheck Undecided(BlockClaims claims)
    {
        if (claims.Open is { } open && BlockClaims.Ask(open) is var ask)
            return new DetachedCheck(Verdict.Indeterminate, new Sentence($"INDETERMINATE: the timestamp is of this file. {ask.English}", $"无法判断：该时间戳属于此文件。{ask.Chinese}"));
        var pending = string.Join(", ", claims.Pending);
        return pending.Length == 0
            ? new DetachedCheck(Verdict.Indeterminate, new Sentence(
                "INDETERMINATE: the timestamp is of this file, but it leads to no Bitcoin block.", "无法判断：该时间戳属于此文件，但未通至任何比特币区块。"))
            : new DetachedCheck(Verdict.Indeterminate, new Sentence(
                $"INDETERMINATE: the timestamp is of this file, but it has not reached Bitcoin yet: it is pending at {pending}. Upgrade it with an OpenTimestamps client.",
                $"无法判断：该时间戳属于此文件，但尚未到达比特币，仍待 {pending} 完成。请用 OpenTimestamps 客户端升级。"));
    }
}
