namespace Notary.Core;

/// <summary>
/// The files of <c>timestamps/</c>, which repeat the certificate's tokens for tools that read no JSON, numbered from 0:
/// <c>&lt;n&gt;.tsr</c> is the token as an authority's reply (RFC 3161 TimeStampResp, status granted), and of a token over a
/// checkpoint <c>&lt;n&gt;.tlog-proof</c> is its own proof, if it has one, and <c>&lt;n&gt;.checkpoint.txt</c> what it is over.
/// </summary>
internal static class TimestampFiles
{
    // PKIStatusInfo ::= SEQUENCE { status INTEGER granted(0) }.
    private static ReadOnlySpan<byte> Granted => [0x30, 3, 2, 1, 0];

    /// <remarks>A proof that holds no checkpoint has no file for it; check 8 says what is wrong with it.</remarks>
    public static IEnumerable<(string Name, ReadOnlyMemory<byte> Content)> Of(Certificate certificate)
    {
        for (var n = 0; n < certificate.Timestamps.Count; n++)
        {
            var (token, name) = (certificate.Timestamps[n], $"{EvidenceNames.Timestamps}{n}");
            yield return (name + ".tsr", Reply(token.Token.Span));
            if (token.Over != TimestampToken.OverCheckpoint)
                continue;
            if (token.Proof is { } proof)
                yield return (name + ".tlog-proof", TextRules.Utf8.GetBytes(proof));
            if (Certificate.CheckpointOf(token.Proof ?? certificate.Proof) is { } checkpoint)
                yield return (name + ".checkpoint.txt", TextRules.Utf8.GetBytes(checkpoint));
        }
    }

    // By hand: a token here is a stranger's bytes, DER or not, and is repeated as it is.
    private static byte[] Reply(ReadOnlySpan<byte> token)
    {
        var length = Granted.Length + token.Length;
        byte[] header = length switch
        {
            < 0x80 => [0x30, (byte)length],
            < 0x100 => [0x30, 0x81, (byte)length],
            < 0x10000 => [0x30, 0x82, (byte)(length >> 8), (byte)(length & 0xFF)],
            _ => [0x30, 0x83, (byte)(length >> 16), (byte)(length >> 8 & 0xFF), (byte)(length & 0xFF)],
        };
        return [.. header, .. Granted, .. token];
    }
}
