using System.Net;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>A server that says "later" more often than not.</summary>
public sealed class BusyServerTests : CliTest
{
    [Fact]
    public async Task Deposits_that_are_put_off_are_sent_again_until_all_are_made_once()
    {
        const int count = 100;
        Write([.. Enumerable.Range(0, count).Select(i => $"d/{i}.txt")]);
        var options = new ServerOptions
        {
            DataDirectory = At("data"),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Web = new IPEndPoint(IPAddress.Loopback, 0),
            QueueCapacity = 8,
        };
        await using var server = await NotaryServer.StartAsync(options, Cancellation);

        await RunAsync(0, "deposit", At("d"), "--each", "--server", server.GrpcAddress.GetLeftPart(UriPartial.Authority), "--out", At("out"));

        var indexes = EvidenceIn("out").Select(path => Verified(path, "out/trust").Index).Order().ToList();
        Assert.Equal(Enumerable.Range(1, count).Select(i => (ulong)i), indexes);
    }
}
