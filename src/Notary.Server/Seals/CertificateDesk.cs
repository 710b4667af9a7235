using Grpc.Core;
using Notary.Core;
using Notary.Documents;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>
/// Where certificates are handed out as PDF: the secrecy copy, since a server knows no document's name, with the operator's seal
/// where it has one. To whom, and with which records, <see cref="DepositDesk.GetCertificate"/> says.
/// </summary>
/// <param name="desk">Where the certificates come from.</param>
/// <param name="clock">The time that a seal states, and whether it may be told.</param>
/// <param name="sealer">Null: nothing is sealed.</param>
internal sealed class CertificateDesk(DepositDesk desk, Func<ClockReading> clock, Sealer? sealer) : IDisposable
{
    // A page costs a thousand times what a deposit costs: a crowd of them must leave deposits their processors.
    private readonly SemaphoreSlim room = new(Math.Max(Environment.ProcessorCount / 2, 1));

    /// <summary>The PDF, and whether it is sealed.</summary>
    /// <exception cref="RpcException">There is no such deposit, the store failed, or nothing can be sealed for now.</exception>
    public async Task<(byte[] Pdf, bool IsSealed)> RenderAsync(Caller caller, DepositId deposit, CancellationToken cancellation)
    {
        var certificate = DepositDesk.ToCertificate(desk.GetCertificate(caller, deposit));
        await room.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return sealer is null
                ? (CertificatePdf.Secrecy(certificate), false)
                : (await SealAsync(certificate, sealer, cancellation).ConfigureAwait(false), true);
        }
        finally
        {
            room.Release();
        }
    }

    public void Dispose()
    {
        room.Dispose();
        sealer?.Dispose();
    }

    private async Task<byte[]> SealAsync(Certificate certificate, Sealer by, CancellationToken cancellation)
    {
        var reading = clock();
        if (reading.Refusal is { } unfit)
            throw GrpcErrors.NotSealing(unfit.Reason!).ToException();
        if (!by.IsValidAt(reading.Time))
            throw GrpcErrors.NotSealing("the operator's seal certificate is not valid now").ToException();
        try
        {
            return await CertificatePdf.SealAsync(Evidence.FromCertificate(certificate), by, reading.Time, cancellation).ConfigureAwait(false);
        }
        catch (StampFailedException e)
        {
            throw GrpcErrors.NotSealing($"the authority that stamps the operator's seals gives no time-stamp: {e.Message}").ToException();
        }
    }
}
