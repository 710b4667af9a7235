using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// The package's README.txt, Chinese first: what it shows and what not, and how to check it without us. It holds no key:
/// one that came with the package would be a forger's word for himself.
/// </summary>
internal static class DisclosureReadme
{
    public static byte[] Write(Evidence evidence, IReadOnlyList<DisclosedDocument> documents)
    {
        var statement = Statement.Parse(evidence.Certificate.Statement);
        var proof = TlogProof.Parse(evidence.Certificate.Proof);
        var request = evidence.Certificate.Request is { } text ? RequestBytes.Parse(StrictText.Encode(text)).Request : null;
        var readme = new StringBuilder();
        var (count, entry) = (documents.Count, string.Create(CultureInfo.InvariantCulture, $"{proof.Index}"));
        var (of, chineseOf) = request is null ? ("", "") : ($" of {request.Items:N0} (the depositor's claim)", $"共 {request.Items:N0} 个（存证人所称），");
        readme.Append(CultureInfo.InvariantCulture, $"""
            存证披露包

            账本      {statement.Ledger}
            存证编号  {statement.Deposit}
            条目序号  {entry}
            接收时间  {Timestamp.Format(statement.Received)}（运营方时钟所示）

            本包披露该次存证中的文件：{chineseOf}披露 {count:N0} 个。其余文件的名称、大小和摘要均不在本包中。
            {(request is null ? "存证人、标题与文件总数未提供（由披露项的路径长度可知总数的数量级）。" : "存证人与标题见 03_proofs/ 中的 claims.txt 与 request.txt。")}

            能证明：这些文件的内容逐字节属于该次存证，该存证在账本中的位置由账本签名，此后未被改动。
            不证明：内容真实、新颖、归谁所有；存证之前未被改动；以及任何未经独立见证或时间戳证明的时间。

            00_index/    证据目录草稿（来源、证明对象、页数由律师填写）
            01_certificate/  存证证书（供阅读；证据是 03_proofs/ 中的 certificate.json）
            02_files/    文件本身（如已收入；文件名以编号代替，对照见下）
            03_proofs/   存证证书及各文件的披露项
            06_report/   核验报告（如已收入；供阅读，核验者应自行核验）
            07_verify/   核验脚本 verify.sh（Linux、macOS 或 Windows 的 Git Bash）与 verify.ps1（Windows PowerShell）
            09_law/      法条要点与文书草稿，供律师参考
            MANIFEST.sha256  本包其余每个文件的 SHA-256

            核验（离线，无需账户；VKEY 为账本公钥，请从运营方自行公布处取得，切勿取自本包）：
              bash 07_verify/verify.sh --key VKEY [文件...]
              powershell -ExecutionPolicy Bypass -File 07_verify\verify.ps1 -Key VKEY [文件...]
              notary verify 本包.zip [文件...] --trust 信任文件
            脚本也可用 --trust 信任文件（含见证方及门槛）代替 --key，并以 --tsa-roots 核验时间戳、以 --headers 核验比特币路径（见脚本开头）。
            结果为 通过（0）、不通过（1）、无法判断（3）；2 表示本包被改动、损坏或命令有误。
            伪造本包的人也会伪造其中的脚本与说明：请使用从项目取得的脚本，或比对其 SHA-256。


            DISCLOSURE OF A DEPOSIT

            ledger    {statement.Ledger}
            deposit   {statement.Deposit}
            entry     {entry}
            received  {Timestamp.Format(statement.Received)} (by the operator's clock)

            This package opens {count:N0}{of} of the documents of that deposit. It holds no name, size or digest of any other.
            {(request is null ? "Who deposited, the title and the number of documents are withheld (the openings' paths bound the number)." : "Who deposited, and under which title: claims.txt and request.txt in 03_proofs/.")}

            It proves that these documents, byte by byte, are of that deposit, that the ledger has signed its place in the
            ledger, and that nothing of it was changed since. It does not prove that they are true, new or anybody's; that
            they were not altered before the deposit; nor any time that no independent witness or time-stamp vouches for.

            00_index/    a draft of the list of evidence; source, object of proof and pages are for counsel to fill in
            01_certificate/  the certificate as a page, for reading (the evidence is certificate.json in 03_proofs/)
            02_files/    the documents themselves, if they were included (numbers stand for the names; see below)
            03_proofs/   the certificate, and an opening for each document
            06_report/   a verification report, if one was put in (for reading: whoever checks, checks for themselves)
            07_verify/   verify.sh (Linux, or Git Bash on Windows) and verify.ps1 (Windows PowerShell)
            09_law/      articles on such evidence, and drafts of declarations, for counsel
            MANIFEST.sha256  the SHA-256 of every other file

            To check it, offline and without an account (VKEY is the ledger's public key: take it from where its operator
            publishes it, never from this package):
              bash 07_verify/verify.sh --key VKEY [FILE...]
              powershell -ExecutionPolicy Bypass -File 07_verify\verify.ps1 -Key VKEY [FILE...]
              notary verify PACKAGE.zip [FILE...] --trust TRUST-FILE
            The scripts take a trust file in the place of the key too (--trust: witnesses and their quorum), --tsa-roots for the
            time-stamps and --headers for the paths into Bitcoin; their first lines tell how.
            It ends in PASS (0), FAIL (1) or INDETERMINATE (3); 2 says that the package is damaged or altered, or the command wrong.
            Whoever forges the package forges the scripts and this text too: use scripts that you took from the project, or
            compare their SHA-256.


            披露的文件 / Documents disclosed


            """);
        for (var i = 0; i < documents.Count; i++)
            Append(readme, i + 1, documents[i], evidence.Openings[documents[i].Leaf]);
        return StrictText.Encode(readme.ToString().ReplaceLineEndings("\n"));
    }

    private static void Append(StringBuilder readme, int number, DisclosedDocument document, Opening opening)
    {
        readme.Append(CultureInfo.InvariantCulture, $"{number:D3}  {(opening.Item is { } item ? TextRules.Escape(item.Path) : "（名称未披露 / name not shown）")}\n");
        if (document.File is not null)
            readme.Append(CultureInfo.InvariantCulture, $"     {document.Name}\n");
        if (opening.Item is { } shown)
            readme.Append(CultureInfo.InvariantCulture, $"     {shown.Size} bytes, SHA-256 {shown.Sha256}\n");
        readme.Append(CultureInfo.InvariantCulture, $"     {PackageNames.Proofs}openings/{document.Leaf}.txt\n");
    }
}
