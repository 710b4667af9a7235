using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Documents;
using Notary.Server;
using Proto = Notary.V1;

namespace Notary.Bench;

/// <summary><c>notary-bench documents</c>: certificates as PDF, in the process and from a server.</summary>
internal static class DocumentsCommand
{
    public static Command Create()
    {
        var seconds = Options.Number("--seconds", 5, "Length of each measurement");
        var command = new Command("documents", "Certificates as PDF: rendered, sealed, verified, and served") { seconds, Options.Folder };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var folder = new TemporaryFolder(parsed.GetValue(Options.Folder));
            Console.WriteLine(Machine.Describe());
            await RunAsync(new StampFiles(folder), folder, parsed.GetValue(seconds), cancellation);
        });
        return command;
    }

    private static async Task RunAsync(StampFiles files, TemporaryFolder folder, int seconds, CancellationToken cancellation)
    {
        var seal = Seal(folder);
        await using var server = await NotaryServer.StartAsync(ServerOf(folder, files, seal), cancellation);
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);
        var client = new Proto.Notary.NotaryClient(channel);
        var request = new RequestFactory(server.Origin, TimeProvider.System, 1).Next();
        var deposit = await client.DepositAsync(new Proto.DepositRequest { Request = Google.Protobuf.ByteString.CopyFrom(request.Bytes) }, cancellationToken: cancellation);
        var certificate = DepositDesk.ToCertificate(deposit.Certificate);
        var evidence = Evidence.FromCertificate(certificate);
        using var random = RandomNumberGenerator.Create();
        using var sealer = SealerFiles.Open(seal, own: null, TimeProvider.System, random);
        var pdf = await CertificatePdf.SealAsync(evidence, sealer, TimeProvider.System.GetUtcNow(), cancellation);
        var table = new Table($"certificate.pdf, 2 pages, {pdf.Length:N0} bytes sealed", "a second");
        table.Add("certificate.html, one thread", Rate(seconds, () => CertificatePage.Secrecy(certificate)));
        table.Add("rendered, one thread", Rate(seconds, () => CertificatePdf.Secrecy(certificate)));
        table.Add("rendered and sealed (P-256), one thread", Rate(seconds, () => CertificatePdf.SealAsync(evidence, sealer, TimeProvider.System.GetUtcNow(), cancellation).GetAwaiter().GetResult()));
        table.Add("read, rendered again, seal checked, one thread", Rate(seconds, () => CertificatePdfFile.Read(pdf, cancellation).Check(null, null, TimeProvider.System.GetUtcNow())));
        var ask = new Proto.GetCertificatePdfRequest { Deposit = request.Deposit.ToString() };
        var callers = 4 * Environment.ProcessorCount;
        table.Add($"GetCertificatePdf, sealed and time-stamped, {callers} callers", await ServedAsync(callers, seconds, async () => await client.GetCertificatePdfAsync(ask, cancellationToken: cancellation)));
        table.Print();
    }

    private static ServerOptions ServerOf(TemporaryFolder folder, StampFiles files, SealOptions seal) => new()
    {
        DataDirectory = folder["ledger"],
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Web = new IPEndPoint(IPAddress.Loopback, 0),
        Authority = files.Authority,
        Seal = seal,
    };

    private static SealOptions Seal(TemporaryFolder folder)
    {
        using var random = RandomNumberGenerator.Create();
        var seal = SelfMadeSeal.Create("Bench", TimeProvider.System.GetUtcNow().AddMinutes(-1), random);
        folder.WriteSecret("seal.pem", seal.Certificate);
        folder.WriteSecret("seal.key", seal.Key);
        return new SealOptions(folder["seal.pem"], folder["seal.key"], null, null);
    }

    private static double Rate(int seconds, Func<object> make)
    {
        // The first warms everything up.
        make();
        var (start, made) = (Stopwatch.GetTimestamp(), 0);
        for (; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; made++)
            make();
        return made / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> ServedAsync(int callers, int seconds, Func<Task> call)
    {
        await call();
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            var made = 0;
            for (; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; made++)
                await call();
            return made;
        }));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
