using System.Text.Json.Nodes;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>A deposit of the page on a ledger that was recovered from its public side, and so has its entry but not its request any more.</summary>
public sealed class DepositPageRecoveredTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    [Fact]
    public async Task A_saved_file_whose_request_is_no_longer_held_is_told_so_and_is_to_be_kept()
    {
        await ledger.Client.DepositAsync(
            new V1.DepositRequest { Request = Google.Protobuf.ByteString.CopyFrom(RequestBytes.Create(RunningServer.NewRequest(ledger.Origin, 1), null).Bytes.Span) }, cancellationToken: Cancellation);
        await RunAsync(0, "backup", "--data", ledger.Data, "--out", At("backup"), "--with-key");
        var made = await PageBrowser.RunAsync("deposit", $"{ledger.Web}/deposits?lang=en", new { files = (string[])[Write("a.txt")], @out = Directory.CreateDirectory(At("out")).FullName });
        await RunAsync(0, "export", At("public"), "--data", ledger.Data);
        await ledger.Process.KillAsync();
        string[] recovered = ["--data", At("recovered"), "--high-water-mark", ledger.Data + ".mark"];
        await RunAsync(0, ["restore", At("backup"), .. recovered]);
        await RunAsync(0, ["recover", "--from", At("public"), .. recovered]);
        await using var server = NotaryProcess.Start(["serve", .. recovered, "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"]);
        var address = await server.FieldAsync("web");
        await server.FieldAsync("ready");

        foreach (var (lang, words, next) in ((string, string, string)[])
        [
            ("en", "The ledger holds this deposit, but not its private records any more, so it cannot give the certificate again. Ask the operator.", "Keep the saved file: with it and the public entry it can still be shown what was deposited, and when."),
            ("zh", "账本中有此存证，但其私有记录已不存在，无法再次出具证书。请询问运营方。", "请保留已保存的文件：凭该文件和公开条目，仍可证明所存证的内容和时间。"),
        ])
        {
            var found = await PageBrowser.RunAsync("resumed", $"{address}/deposits?lang={lang}", new { pending = made["pending"]!.GetValue<string>(), @out = At("out") });
            Assert.Equal(["RECORDS_LOST"], found["problem"]!.AsArray().Select(one => one!.GetValue<string>()));
            Assert.Contains(words, found["text"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Contains(next, found["text"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Null(found["evidence"]);
        }

        // The evidence that was made before does not need the server.
        await RunAsync(0, "trust", "--server", await server.FieldAsync("grpc"), "--out", At("trust"));
        Verified(made["evidence"]!.GetValue<string>(), "trust");
    }
}
