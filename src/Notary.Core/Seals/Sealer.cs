using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>Has a time-stamping authority stamp a signature.</summary>
/// <param name="signature">What the token must be over.</param>
/// <param name="cancellation">Ends the waiting.</param>
/// <returns>An RFC 3161 token in DER.</returns>
public delegate Task<ReadOnlyMemory<byte>> SealStamp(ReadOnlyMemory<byte> signature, CancellationToken cancellation);

/// <summary>Whoever seals. Safe for concurrent use.</summary>
/// <param name="certificate">With its private key. Owned by this object.</param>
/// <param name="above">The certificates above it, in order, without the root.</param>
/// <param name="stamp">Who stamps each seal; null: nobody.</param>
public sealed class Sealer(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> above, SealStamp? stamp) : IDisposable
{
    // A private key is for one thread at a time.
    private readonly Lock gate = new();

    /// <summary>The sealer's.</summary>
    public X509Certificate2 Certificate => certificate;

    /// <summary>Whether it seals at that time: a signature under a certificate that has ended is worth nothing.</summary>
    public bool IsValidAt(DateTimeOffset time) => certificate.NotBefore <= time.LocalDateTime && time.LocalDateTime <= certificate.NotAfter;

    /// <summary>A seal over bytes, in DER. What <see cref="SealStamp"/> throws, this does.</summary>
    public async Task<byte[]> SealAsync(byte[] covered, CancellationToken cancellation)
    {
        SealSignature seal;
        lock (gate)
            seal = SealSignature.Create(covered, certificate, above);
        if (stamp is not null)
            seal.Add(await stamp(seal.Value, cancellation).ConfigureAwait(false));
        return seal.Encode();
    }

    public void Dispose()
    {
        lock (gate)
            certificate.Dispose();
    }
}
