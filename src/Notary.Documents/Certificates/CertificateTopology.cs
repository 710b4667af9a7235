using System.Buffers.Binary;
using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// How the ledger is kept: who signed the checkpoint, which witnesses cosigned it, and what else stands over it. Names that a
/// certificate holds are anybody's; only those of a trust file's witnesses have keys, and are counted.
/// </summary>
internal static class CertificateTopology
{
    // C2SP tlog-cosignature: 8 bytes of time and 64 of signature behind the key's id.
    private const int CosignatureBytes = 8 + 64;

    /// <param name="reading">The certificate.</param>
    /// <param name="witnesses">Those of a trust file; empty when none is known.</param>
    /// <param name="shown">The evidence whose documents are named; null for the secrecy copy.</param>
    public static IReadOnlyList<Block> Of(CertificateReading reading, IReadOnlyList<PolicyWitness> witnesses, Evidence? shown)
    {
        List<Field> fields = [Operator(reading), Witnesses(reading.Proof, witnesses), Timestamps(reading.Certificate)];
        if (shown is not null)
            fields.Add(Bitcoin(shown));
        return
        [
            new Prose(witnesses.Count == 0
                ? new(
                    "One operator keeps this ledger and signs its checkpoints. It is not a block chain of many nodes. What binds the operator from outside is listed here, as the certificate holds it; the names are not checked on this page.",
                    "本账本由一个运营方维护并签署检查点，不是多节点区块链。对运营方的外部约束如下所列，均按证书所载；名称未在本页核验。")
                : new(
                    "One operator keeps this ledger and signs its checkpoints. It is not a block chain of many nodes. What binds the operator from outside is listed here. Witnesses are counted under the trust file of whoever made this page; the reader's own may name others.",
                    "本账本由一个运营方维护并签署检查点，不是多节点区块链。对运营方的外部约束如下所列。见证方按生成本页者的信任文件计数；读者自己的信任文件所列可能不同。")),
            new Fields(fields),
        ];
    }

    /// <summary>Witnesses n of m by name, where a trust file says who they are; else the names that the checkpoint bears.</summary>
    public static Field Witnesses(TlogProof proof, IReadOnlyList<PolicyWitness> witnesses)
    {
        List<Phrase> lines = [];
        var cosigned = witnesses.Where(witness => proof.Note.Check(witness.Key) == NoteCheck.Valid).ToList();
        if (witnesses.Count > 0)
        {
            lines.Add(Phrase.Of(
                string.Create(CultureInfo.InvariantCulture, $"{cosigned.Count} of the {witnesses.Count} witnesses of the trust file cosigned this checkpoint"),
                string.Create(CultureInfo.InvariantCulture, $"信任文件所列 {witnesses.Count} 个见证方中有 {cosigned.Count} 个联署了本检查点")));
            lines.AddRange(cosigned.Select(witness => Cosigner(proof.Note.Signatures.First(signature => IsOf(signature, witness)))));
            AddNames(lines, new("without a valid cosignature:", "没有有效联署："), witnesses.Except(cosigned).Select(witness => Phrase.Foreign(witness.Key.Name)));
        }

        var others = proof.Note.Signatures
            .Where(signature => signature.Name != proof.Checkpoint.Origin && !witnesses.Any(witness => IsOf(signature, witness))).ToList();
        if (witnesses.Count > 0)
            AddNames(lines, new("also in the names of, whom the trust file does not list:", "另有以下名义的联署，信任文件未列："), others.Select(Cosigner));
        else if (others.Count > 0)
            AddNames(
                lines,
                new(
                    string.Create(CultureInfo.InvariantCulture, $"{others.Count} on the checkpoint; of how many witnesses, a trust file says. In the names of:"),
                    string.Create(CultureInfo.InvariantCulture, $"检查点上共 {others.Count} 个；见证方总数见于信任文件。名义为：")),
                others.Select(Cosigner));
        else
            lines.Add(Phrase.Of("none", "无"));
        return new(new("Witnesses' cosignatures", "见证联署"), lines);
    }

    private static void AddNames(List<Phrase> lines, Sentence heading, IEnumerable<Phrase> names)
    {
        var all = names.ToList();
        if (all.Count > 0)
            lines.AddRange([Phrase.Of(heading), .. all]);
    }

    private static bool IsOf(NoteSignature signature, PolicyWitness witness) =>
        signature.Name == witness.Key.Name && signature.KeyId == witness.Key.KeyId;

    private static Field Operator(CertificateReading reading)
    {
        var origin = reading.Proof.Checkpoint.Origin;
        var keys = reading.Proof.Note.Signatures.Where(signature => signature.Name == origin).Select(signature => $"{signature.KeyId:x8}").ToList();
        return new(
            new("Operator's signature", "运营方签名"),
            keys.Count == 0
                ? Phrase.Of("none in the ledger's name", "没有以账本名义的签名")
                : Phrase.Exact($"{origin}, Ed25519, key {string.Join(", ", keys)}"));
    }

    private static Phrase Cosigner(NoteSignature signature)
    {
        var bytes = signature.Bytes.Span;
        // Zero says no time; what .NET's calendar cannot hold is nobody's clock.
        if (bytes.Length == CosignatureBytes && BinaryPrimitives.ReadUInt64BigEndian(bytes) is > 0 and var seconds
            && seconds < (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return Phrase.Foreign($"{signature.Name} ({Times.Line(DateTimeOffset.FromUnixTimeSeconds((long)seconds))})");
        return Phrase.Foreign(signature.Name);
    }

    private static Field Timestamps(Certificate certificate)
    {
        var label = new Sentence("Time-stamps (RFC 3161)", "时间戳（RFC 3161）");
        return certificate.Timestamps.Count == 0
            ? new(label, Phrase.Of("none in this certificate", "本证书中没有"))
            : new(label, [.. certificate.Timestamps.Select(token => Said(token, certificate))]);
    }

    /// <summary>What a token says of itself: whose it is, a verifier's roots tell, and no root is known here.</summary>
    private static Phrase Said(TimestampToken token, Certificate certificate)
    {
        var (over, chineseOver) = token.Over == TimestampToken.OverCheckpoint ? ("over a checkpoint", "检查点之上") : ("over the commitment", "承诺值之上");
        var verdict = TimestampVerification.Verify(token, certificate, roots: null);
        return verdict is { Standing: not TokenStanding.Refused, Info: { } info }
            ? Phrase.Of($"{over}, saying {Times.Line(info.Time)}", $"{chineseOver}，所载时间 {Times.Line(info.Time)}")
            : Phrase.Of($"{over}, one that does not hold", $"{chineseOver}，不成立");
    }

    private static Field Bitcoin(Evidence shown)
    {
        var paths = shown.Attachments.Count;
        return new(
            new("Paths to Bitcoin (OpenTimestamps)", "通往比特币的路径（OpenTimestamps）"),
            paths == 0
                ? Phrase.Of("none in this evidence", "本证据中没有")
                : Phrase.Of(
                    string.Create(CultureInfo.InvariantCulture, $"for {paths} of the documents; not followed on this page"),
                    string.Create(CultureInfo.InvariantCulture, $"{paths} 个文件各一条；未在本页核验")));
    }
}
