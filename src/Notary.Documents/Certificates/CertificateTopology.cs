using System.Buffers.Binary;
using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>How the ledger is kept, as the certificate shows it: who signed the checkpoint, and what else stands over it.</summary>
internal static class CertificateTopology
{
    // C2SP tlog-cosignature: 8 bytes of time and 64 of signature behind the key's id.
    private const int CosignatureBytes = 8 + 64;

    public static IReadOnlyList<Block> Of(CertificateReading reading) =>
    [
        new Prose(new(
            "One operator keeps this ledger and signs its checkpoints. It is not a block chain of many nodes. What binds the operator from outside is listed here, as the certificate holds it; the names are not checked on this page.",
            "本账本由一个运营方维护并签署检查点,不是多节点区块链。对运营方的外部约束如下所列,均按证书所载;名称未在本页核验。")),
        new Fields([Operator(reading), Witnesses(reading), Anchors(reading.Certificate)]),
    ];

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

    private static Field Witnesses(CertificateReading reading)
    {
        var others = reading.Proof.Note.Signatures.Where(signature => signature.Name != reading.Proof.Checkpoint.Origin).ToList();
        Phrase count = others.Count == 0
            ? Phrase.Of("none", "无")
            : Phrase.Of(
                string.Create(CultureInfo.InvariantCulture, $"{others.Count} on the checkpoint, in the names of"),
                string.Create(CultureInfo.InvariantCulture, $"检查点上共 {others.Count} 个,名义为"));
        return new(new("Witnesses' cosignatures", "见证联署"), [count, .. others.Select(Cosigner)]);
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

    private static Field Anchors(Certificate certificate)
    {
        var overCheckpoint = certificate.Timestamps.Count(token => token.Over == TimestampToken.OverCheckpoint);
        var overCommitment = certificate.Timestamps.Count - overCheckpoint;
        return new(
            new("Time-stamps (RFC 3161)", "时间戳(RFC 3161)"),
            certificate.Timestamps.Count == 0
                ? Phrase.Of("none in this certificate", "本证书中没有")
                : Phrase.Of(
                    string.Create(CultureInfo.InvariantCulture, $"{overCheckpoint} over a checkpoint, {overCommitment} over the commitment"),
                    string.Create(CultureInfo.InvariantCulture, $"检查点之上 {overCheckpoint} 个,承诺值之上 {overCommitment} 个")));
    }
}
