using Notary.Core;

namespace Notary.Documents;

/// <summary>What a report says of a file's seal.</summary>
internal static class SealCheck
{
    public static Check None { get; } = Check.NotChecked(CheckNames.Seal, "Nobody has sealed this file.", "本文件未加盖签章。");

    public static Check Of(byte[] file, SealPlace place, Range digits, SealSignature seal, SealVerdict verdict)
    {
        if (!SealPlace.Covers(file, digits))
            return Check.Fail(CheckNames.Seal, "The seal does not say that it covers the whole file.", "签章未载明其覆盖整个文件。");
        if (verdict.Standing == SealStanding.Refused)
            return Check.Fail(CheckNames.Seal, $"The seal {verdict.Problem!.Value.English}.", $"签章{verdict.Problem!.Value.Chinese}。");
        var (name, stamped) = (CertificateFacts.NameOf(seal.Signer), Stamped(place, verdict.Stamped));
        return verdict.Standing == SealStanding.Verified
            ? Check.Pass(
                CheckNames.Seal,
                $"Sealed by {name}, under a certificate that leads to a root that you trust; every byte of the file is covered. {stamped.English}",
                $"由 {name} 加盖，其证书通往您所信任的根证书；覆盖文件的全部字节。{stamped.Chinese}")
            : Check.NotChecked(
                CheckNames.Seal,
                $"The seal is whole and covers every byte of the file, but whose it is was not checked: it {verdict.Problem!.Value.English}. Its certificate{(CertificateFacts.IsSelfMade(seal.Signer) ? ", self-made," : "")} names {name}. {stamped.English}",
                $"签章完好，覆盖文件的全部字节，但归属未核验：该签章{verdict.Problem!.Value.Chinese}。其{(CertificateFacts.IsSelfMade(seal.Signer) ? "自制" : "")}证书所载为 {name}。{stamped.Chinese}");
    }

    private static Sentence Stamped(SealPlace place, TokenVerdict? token)
    {
        var claimed = Timestamp.Format(place.Time);
        if (token is null)
            return new(
                $"It has no time-stamp: that it was sealed at {claimed} is the sealer's word.",
                $"签章无时间戳：{claimed} 加盖仅为签章人所称。");
        var time = Timestamp.Format(token.Info!.Time);
        return token.Standing == TokenStanding.Verified
            ? new(
                $"It was sealed no later than {time}, by a time-stamp of {token.Authority}; that dates the seal, not the deposit.",
                $"由 {token.Authority} 的时间戳证明签章不晚于 {time}；该时间针对签章，而非存证。")
            : new(
                $"It bears a time-stamp of {time}, which {token.Problem!.Value.English}.",
                $"其时间戳载明 {time}，但该时间戳{token.Problem!.Value.Chinese}。");
    }
}
