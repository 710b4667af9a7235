using System.Text.Json;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>What others on the network say gets into the server's log in one way only: a time-stamping authority's reason. It cannot write lines of its own there, nor move a cursor.</summary>
public sealed class LogInjectionTests : CliTest
{
    private const string Forged = "no\r\nnotary: error: forged\u001b[2J\u202e{0}{Origin}\u0000\u2028end";

    [Fact]
    public async Task A_stranger_s_words_stay_in_their_line()
    {
        await using var tsa = await TestTimestampServer.StartAsync(_ => Task.FromResult(TimestampReply.Refuse(TimestampFailure.SystemFailure, Forged).ToDer()));
        new TestCertificates(At("tls")).MakeServer();
        string[] serve = ["serve", "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", "--outside-tsa", $"{tsa.Address}={At("tls/root.pem")}"];

        await using (var text = NotaryProcess.Start([.. serve, "--data", At("text")]))
        {
            while (!text.Error.Contains("time-stamp", StringComparison.Ordinal))
                await Task.Delay(20, Cancellation);
            Assert.Equal(0, await text.SignalAsync("TERM"));
            Assert.All(text.Error.Split('\n'), line => Assert.StartsWith("notary: warning: Ledger", line, StringComparison.Ordinal));
            Assert.DoesNotContain(text.Error, character => character is '\u001b' or '\u202e' or '\0' or '\u2028' or '\r');
            Assert.Contains("forged", text.Error, StringComparison.Ordinal);
        }

        await using var json = NotaryProcess.Start([.. serve, "--data", At("json"), "--log-format", "json"]);
        var line = await json.LineAsync(line => line.Contains("\"EventId\":302,", StringComparison.Ordinal));
        Assert.DoesNotContain(line, character => character is '\u001b' or '\u202e' or '\0' or '\u2028');
        Assert.Contains("forged", JsonDocument.Parse(line).RootElement.GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await json.SignalAsync("TERM"));
        Assert.All(json.Output.Split('\n'), each => JsonDocument.Parse(each).Dispose());
    }
}
