using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Notary.Server;

namespace Notary.Bench;

/// <summary>The server process: what <c>notary serve</c> starts, with the echo mapped into the same gRPC host.</summary>
internal static class ServerHost
{
    /// <summary>Begins the line that says the server answers: its address, and the milliseconds its start took.</summary>
    public const string Ready = "ready ";

    /// <summary>Serves until standard input ends, so that it never outlives the process that started it.</summary>
    public static async Task<int> RunAsync(DirectoryInfo data, TlsOptions? tls, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        await using var server = await NotaryServer.StartAsync(
            new ServerOptions
            {
                DataDirectory = data.FullName,
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Web = new IPEndPoint(IPAddress.Loopback, 0),
                Tls = tls,
                MapMore = static endpoints => endpoints.MapGrpcService<EchoService>(),
            },
            cancellation);
        var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Ready}{server.GrpcAddress} {milliseconds:F0}"));

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var serving = server.WaitForShutdownAsync(ending.Token);
        await Task.WhenAny(serving, Console.In.ReadToEndAsync(cancellation));
        await ending.CancelAsync();
        await serving;
        return 0;
    }
}
