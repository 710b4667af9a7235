using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>What a page knows of its seal before it is sealed.</summary>
/// <param name="Sealer">The sealer's certificate.</param>
/// <param name="Place">Where the seal goes.</param>
internal sealed record PdfSeal(X509Certificate2 Sealer, SealPlace Place)
{
    /// <summary>What the page says of it.</summary>
    public static Section Words(PdfSeal? seal) => seal is null ? SealWords.None : SealWords.Of(seal.Sealer, seal.Place.Time);
}

/// <summary>Renders a PDF with a place for a seal, and seals it.</summary>
internal static class PdfSealing
{
    /// <summary>Bytes of an ordinary seal, with room for a token: a P-256 seal has 1 to 2 KiB, a token 2 to 8.</summary>
    private const int UsualSize = 12 << 10;

    /// <param name="render">The document with that seal's place and words.</param>
    /// <param name="sealer">Who seals.</param>
    /// <param name="time">The sealer's clock.</param>
    /// <param name="cancellation">Ends the waiting for a time-stamp.</param>
    /// <exception cref="InvalidOperationException">The seal would be larger than a reader accepts.</exception>
    public static async Task<byte[]> SealAsync(Func<PdfSeal, PdfRendering> render, Sealer sealer, DateTimeOffset time, CancellationToken cancellation)
    {
        // The page shows whole seconds, and so does the seal.
        var shown = DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
        for (var size = UsualSize; size <= SealLimits.Bytes; size *= 2)
        {
            var (bytes, hole) = render(new PdfSeal(sealer.Certificate, new SealPlace(shown, size)));
            var digits = hole!.Value;
            var seal = await sealer.SealAsync(SealPlace.Covered(bytes, digits), cancellation).ConfigureAwait(false);
            if (seal.Length > size)
                continue;
            Encoding.ASCII.GetBytes(Convert.ToHexString(seal), bytes.AsSpan(digits));
            return bytes;
        }

        throw new InvalidOperationException($"The seal has over {SealLimits.Bytes:N0} bytes.");
    }
}
