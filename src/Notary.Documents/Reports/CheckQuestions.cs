using Notary.Core;

namespace Notary.Documents;

/// <summary>What each check asks, in words that need no explanation.</summary>
public static class CheckQuestions
{
    public static Sentence Of(string check) => check switch
    {
        CheckNames.File => new("Is each file given one of the deposited documents?", "所提供的文件是否为所存证的文件？"),
        CheckNames.Commitment => new("Do the documents shown give the entry's commitment?", "由所示文件能否得出条目的承诺值？"),
        CheckNames.Claims => new("Are claims and request those that the entry commits to?", "声明与请求是否为条目所承诺者？"),
        CheckNames.Signature => new("Did the depositor sign?", "存证人是否签名？"),
        CheckNames.Inclusion => new("Is the entry in the ledger, at its place?", "条目是否在账本的所示位置？"),
        CheckNames.Checkpoint => new("Did a trusted ledger sign that?", "是否由受信任的账本签署？"),
        CheckNames.Witnesses => new("Did enough independent witnesses cosign?", "是否有足够的独立见证方联署？"),
        CheckNames.Time => new("Does an outside time-stamp date it?", "是否有外部时间戳？"),
        CheckNames.Bitcoin => new("Is it anchored in Bitcoin?", "是否锚定于比特币？"),
        CheckNames.Pages => new("Do the pages show what is attached to them?", "页面所示是否与所附数据一致？"),
        CheckNames.Seal => new("Is the seal whole, and of whom?", "签章是否完好，属于何人？"),
        _ => new(check, CheckNames.InChinese(check)),
    };
}
