using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// An RFC 3161 time-stamping authority: a digest goes in, a signed statement of the time comes out. It has a key of its
/// own, and tells no time while the clock is not to be trusted. Safe for concurrent use.
/// </summary>
internal sealed class TimestampAuthority : IDisposable
{
    /// <summary>The policy of tokens unless the operator has one: an arc of this project's own, from a random UUID.</summary>
    public const string DefaultPolicy = "2.25.241059726236170042964225118504133250444";

    private readonly TimestampCredentials credentials;
    private readonly TimestampSerials serials;
    private readonly string policy;
    private readonly Func<ClockReading> clock;
    private readonly CryptographicAttributeObject certificateId;

    // A private key is for one thread at a time, and so are the serial numbers.
    private readonly Lock gate = new();

    // Under the gate: the time of the last token.
    private DateTimeOffset told;

    /// <param name="credentials">Owned by this object.</param>
    /// <param name="serials">Nobody else takes any.</param>
    /// <param name="policy">Dotted.</param>
    /// <param name="clock">The time, and whether it may be told.</param>
    public TimestampAuthority(TimestampCredentials credentials, TimestampSerials serials, string policy, Func<ClockReading> clock)
    {
        (this.credentials, this.serials, this.policy, this.clock) = (credentials, serials, policy, clock);
        var oid = new Oid(TimestampOids.SigningCertificateV2);
        certificateId = new CryptographicAttributeObject(oid, [new AsnEncodedData(oid, CertificateId.Write(credentials.Signer))]);
    }

    public string Policy => policy;

    /// <summary>Whether a text is an object identifier.</summary>
    public static bool IsPolicy(string text)
    {
        try
        {
            new AsnWriter(AsnEncodingRules.DER).WriteObjectIdentifier(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The certificates to check tokens with, in PEM.</summary>
    public string ChainPem => credentials.ChainPem;

    /// <summary>Answers a query, whatever the bytes: a refusal is an answer too.</summary>
    /// <exception cref="IOException">The disk keeps the next serial numbers from being reserved.</exception>
    public TimestampReply Answer(ReadOnlyMemory<byte> query)
    {
        TimestampQuery parsed;
        try
        {
            parsed = TimestampQuery.Parse(query);
        }
        catch (MalformedException e)
        {
            return TimestampReply.Refuse(TimestampFailure.BadDataFormat, e.Message);
        }

        if (Refuse(parsed) is { } refusal)
            return refusal;
        lock (gate)
        {
            // Read under the gate: a higher number never has an earlier time.
            var reading = clock();
            if (reading.Refusal is { } unfit)
                return TimestampReply.Refuse(TimestampFailure.TimeNotAvailable, unfit.Reason!);
            if (reading.Time < told)
                return TimestampReply.Refuse(TimestampFailure.TimeNotAvailable, "the clock of this server is behind what it told before");
            told = reading.Time;
            return new TimestampReply(Sign(parsed, reading));
        }
    }

    /// <summary>A token over data of this server's own.</summary>
    /// <exception cref="StampFailedException">None is issued for now.</exception>
    public ReadOnlyMemory<byte> Stamp(ReadOnlyMemory<byte> data)
    {
        try
        {
            var reply = Answer(new TimestampQuery(MessageImprint.Of(Hash.Of(data.Span))) { WantsCertificate = true }.ToDer());
            return reply.Token ?? throw new StampFailedException(reply.Text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StampFailedException("serial numbers cannot be reserved");
        }
    }

    /// <summary>
    /// Issues one token and verifies it as a stranger would, so that a chain that nobody can verify is found at the start and
    /// not years later in a court.
    /// </summary>
    /// <exception cref="ServerRefusedException">The token does not verify up to a root of the chain.</exception>
    public void CheckSelf()
    {
        var imprint = MessageImprint.Of(Hash.Of([]));
        byte[] token;
        lock (gate)
            token = Sign(new TimestampQuery(imprint) { WantsCertificate = true }, clock());
        TimestampRoots? roots = null;
        try
        {
            roots = TimestampRoots.Parse(credentials.ChainPem);
        }
        catch (MalformedException)
        {
            // The root is not in the file. Whoever verifies has it; what can be checked without it is.
        }

        var verdict = TimestampVerification.Verify(token, imprint, roots);
        if (verdict.Standing == TokenStanding.Refused || (roots is not null && verdict.Standing != TokenStanding.Verified))
            throw new ServerRefusedException(
                $"the time-stamping certificate is not fit for use: a token {verdict.Problem!.Value.English}",
                "give the authority's certificate first, then each one's issuer, all valid now");
    }

    public void Dispose() => credentials.Dispose();

    private TimestampReply? Refuse(TimestampQuery query)
    {
        if (MessageImprint.DigestSize(query.Imprint.Algorithm) is not { } size)
            return TimestampReply.Refuse(TimestampFailure.BadAlgorithm, "the hash function is not SHA-256, SHA-384 or SHA-512");
        if (query.Imprint.Digest.Length != size)
            return TimestampReply.Refuse(TimestampFailure.BadDataFormat, $"the digest has {query.Imprint.Digest.Length} bytes, not {size}");
        if (query.Policy is { } asked && asked != policy)
            return TimestampReply.Refuse(TimestampFailure.UnacceptedPolicy, $"the policy of this authority is {policy}");
        return query.HasExtensions ? TimestampReply.Refuse(TimestampFailure.UnacceptedExtension, "no extension is known") : null;
    }

    /// <summary>Under the gate.</summary>
    private byte[] Sign(TimestampQuery query, in ClockReading now)
    {
        var info = new TimestampInfo
        {
            Policy = policy,
            Imprint = query.Imprint,
            Serial = new BigInteger(serials.Next()).ToByteArray(isUnsigned: false, isBigEndian: true),
            Time = now.Time,
            Accuracy = now.AccuracyMilliseconds is { } bound ? TimeSpan.FromMilliseconds(bound) : null,
            Nonce = query.Nonce,
        };
        var cms = new SignedCms(new ContentInfo(new Oid(TimestampOids.TstInfo), info.ToDer()));
        var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, credentials.Signer)
        {
            DigestAlgorithm = new Oid(TimestampOids.Sha256),
            IncludeOption = X509IncludeOption.None,
        };
        signer.SignedAttributes.Add(certificateId);
        if (query.WantsCertificate)
            signer.Certificates.AddRange(credentials.Chain);
        cms.ComputeSignature(signer);
        return cms.Encode();
    }
}
