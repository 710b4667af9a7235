using System.Globalization;
using Grpc.Core;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.EndToEnd;

/// <summary>A real server changes its key twice, and everybody follows who trusted the first one; nobody follows a forgery.</summary>
public sealed class FollowedKeyTests : CliTest, IAsyncLifetime
{
    private readonly LedgerProcess server = new();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task Deposits_before_between_and_after_two_changes_verify_and_every_client_follows_its_trust_file()
    {
        await DepositAsync("before", "out");
        File.Copy(At("out/trust"), At("old"));
        var first = TrustPolicy.Parse(File.ReadAllText(At("old"))).Logs[0].Key;
        await server.ChangeKeyAsync();
        await JudgeCheckpointAsync(first);
        var between = await DepositAsync("between", "out");
        Assert.Contains("changed its key at entry 2", between.Output, StringComparison.Ordinal);
        Assert.Contains("added to", between.Output, StringComparison.Ordinal);
        await server.ChangeKeyAsync("--keep-old-key");
        await DepositAsync("after", "out");
        Assert.Equal(3, TrustPolicy.Parse(File.ReadAllText(At("out/trust"))).Logs.Count);
        foreach (var name in new[] { "before", "between", "after" })
            await RunAsync(0, "verify", Evidence(name), At(name), "--trust", At("out/trust"));

        await TheOldTrustFileAloneAsync(first);
        await FollowersAsync(first);
        await RunAsync(0, "fsck", "--data", server.Data);
    }

    [Fact]
    public async Task A_lost_ledger_comes_back_over_a_key_change_from_a_backup_of_before_and_a_mirror_that_followed()
    {
        await DepositAsync("before", "out");
        File.Copy(At("out/trust"), At("old"));
        await RunAsync(0, "backup", "--data", server.Data, "--out", At("backup"), "--with-key");
        await RunAsync(0, "mirror", server.Web, At("copy"), "--trust", At("old"), "--once");
        await server.ChangeKeyAsync();
        await DepositAsync("after", "out");
        await RunAsync(0, "mirror", server.Web, At("copy"), "--trust", At("old"), "--once");
        await server.Process.KillAsync();

        string[] guarded = ["--data", At("restored"), "--high-water-mark", server.Data + ".mark"];
        await RunAsync(0, ["restore", At("backup"), .. guarded]);
        Assert.Contains("newest key file", (await RunAsync(1, ["recover", "--from", At("copy"), .. guarded])).Error, StringComparison.Ordinal);
        File.Copy(server.Data + "/ledger.key", At("restored/ledger.key"), overwrite: true);
        await RunAsync(0, ["recover", "--from", At("copy"), .. guarded]);
        await RunAsync(0, ["fsck", .. guarded]);
        await using var again = NotaryProcess.Start(["serve", .. guarded, "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"]);
        var web = await again.FieldAsync("web");
        await again.FieldAsync("ready");
        // The proof of the change came along: whoever trusts the old key alone follows the ledger that came back.
        await RunAsync(0, "mirror", web, At("copy"), "--trust", At("old"), "--once");
        await RunAsync(0, "mirror", web, At("new"), "--trust", At("old"), "--once");
        foreach (var name in new[] { "before", "after" })
            await RunAsync(0, "verify", Evidence(name), At(name), "--trust", At("out/trust"));
    }

    [Fact]
    public async Task A_compromised_keys_successor_is_learned_from_the_operator_alone()
    {
        await DepositAsync("before", "out");
        File.Copy(At("out/trust"), At("old"));
        var told = await server.ChangeKeyAsync("--old-key-is-compromised");
        Assert.Contains("no client follows by itself", told.Output, StringComparison.Ordinal);
        Write("after");
        var refused = await RunAsync(1, "deposit", At("after"), "--server", server.Address, "--out", At("out"));
        Assert.Contains("operator's own publication", refused.Error, StringComparison.Ordinal);
        Assert.Single(Journals("out"));
        await RunAsync(1, "mirror", server.Web, At("copy"), "--trust", At("out/trust"), "--once");
        await RunAsync(1, "monitor", server.Web, "--trust", At("out/trust"), "--state", At("state"));
        await RunAsync(1, "trust", "--server", server.Address, "--update", At("out/trust"));
        Assert.Equal(File.ReadAllText(At("old")), File.ReadAllText(At("out/trust")));
        // What the operator publishes goes into the file by hand, and the old key stays for what an independent time dates.
        await RunAsync(0, "trust", "--server", server.Address, "--out", At("new"));
        await RunAsync(0, "deposit", "--resume", "--out", At("out"), "--trust", At("new"));
        await RunAsync(0, "verify", Evidence("after"), At("after"), "--trust", At("new"));
        var old = TrustPolicy.Parse(File.ReadAllText(At("old"))).Logs[0].Key;
        var stolen = $"{old}@2026-01-01T00:00:00.000Z";
        var undecided = await RunAsync(3, "verify", Evidence("before"), At("before"), "--trust", At("old"), "--compromised", stolen);
        Assert.Contains("compromised", undecided.Output, StringComparison.Ordinal);
        await RunAsync(2, "verify", Evidence("before"), "--trust", At("old"), "--compromised", "yesterday");
    }

    private async Task TheOldTrustFileAloneAsync(VerifierKey first)
    {
        await RunAsync(0, "verify", Evidence("before"), At("before"), "--trust", At("old"));
        var alone = await RunAsync(1, "verify", Evidence("after"), At("after"), "--trust", At("old"));
        Assert.Contains("--key-change", alone.Error, StringComparison.Ordinal);
        var second = TrustPolicy.Parse(File.ReadAllText(At("out/trust"))).Logs[1].Key;
        string[] changes = [await FetchChangeAsync(first), await FetchChangeAsync(second)];
        await RunAsync(1, "verify", Evidence("after"), At("after"), "--trust", At("old"), "--key-change", changes[1]);
        var proven = await RunAsync(
            0, "verify", Evidence("after"), At("after"), "--trust", At("old"), "--key-change", changes[1], "--key-change", changes[0]);
        Assert.Contains("key change given proves it", proven.Output, StringComparison.Ordinal);
        await RunAsync(2, "verify", Evidence("after"), "--trust", At("old"), "--key-change", At("old"));
    }

    private async Task FollowersAsync(VerifierKey first)
    {
        var given = File.ReadAllText(At("old"));
        var deposited = await RunAsync(0, "deposit", At("before"), "--server", server.Address, "--out", At("out2"), "--trust", At("old"));
        Assert.Contains("--update", deposited.Error, StringComparison.Ordinal);
        for (var visits = 0; visits < 2; visits++)
        {
            var mirrored = await RunAsync(0, "mirror", server.Web, At("copy"), "--trust", At("old"), "--once");
            Assert.Contains("changed its key", mirrored.Error, StringComparison.Ordinal);
            var watched = await RunAsync(0, "monitor", server.Web, "--trust", At("old"), "--state", At("state"), "--certificate", Evidence("before"), Evidence("after"));
            Assert.Contains("changed its key", watched.Error, StringComparison.Ordinal);
        }

        await RunAsync(0, "export", At("web"), "--data", server.Data);
        foreach (var folder in new[] { "copy", "web" })
        {
            Assert.Equal(2, Directory.GetFiles(At($"{folder}/key-change")).Length);
            var kept = File.ReadAllText(At(string.Create(CultureInfo.InvariantCulture, $"{folder}/key-change/{first.KeyId:x8}")));
            Assert.Null(KeyChangeProof.Parse(kept).WhyNot(TrustPolicy.Parse(given)));
        }

        Assert.Equal(given, File.ReadAllText(At("old")));
        await RunAsync(0, "trust", "--server", server.Address, "--update", At("old"));
        Assert.Equal(File.ReadAllText(At("out/trust")), File.ReadAllText(At("old")));
        Assert.Contains("already", (await RunAsync(0, "trust", "--server", server.Address, "--update", At("old"))).Output, StringComparison.Ordinal);
    }

    /// <summary>The first checkpoint after a change bears both signatures, and Go's note library takes it under either key.</summary>
    private async Task JudgeCheckpointAsync(VerifierKey old)
    {
        var info = await server.Client.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), cancellationToken: Cancellation);
        Assert.NotEqual(old.ToString(), info.Vkey);
        File.WriteAllBytes(At("both"), info.Checkpoint.ToByteArray());
        var answer = await server.Client.GetKeyChangeAsync(new Proto.GetKeyChangeRequest { Vkey = old.ToString() }, cancellationToken: Cancellation);
        Assert.Equal(info.Vkey, KeyChange.Parse(answer.Entry.ToStringUtf8()).New.ToString());
        await Assert.ThrowsAsync<RpcException>(async () =>
            await server.Client.GetKeyChangeAsync(new Proto.GetKeyChangeRequest { Vkey = info.Vkey }, cancellationToken: Cancellation));
        var malformed = await Assert.ThrowsAsync<RpcException>(async () =>
            await server.Client.GetKeyChangeAsync(new Proto.GetKeyChangeRequest { Vkey = "x" }, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.InvalidArgument, malformed.StatusCode);
        File.WriteAllBytes(At("proof"), answer.Proof.ToByteArray());
        File.WriteAllBytes(At("entry"), answer.Entry.ToByteArray());
        var checker = await GoChecker.PathAsync();
        foreach (var vkey in new[] { old.ToString(), info.Vkey })
        {
            Assert.Equal("ok\n", (await ExternalTool.RunAsync(checker, ["note", vkey, At("both")])).Succeeded().Output);
            Assert.Equal("ok\n", (await ExternalTool.RunAsync(checker, ["record", vkey, At("proof"), At("entry")])).Succeeded().Output);
        }
    }

    private async Task<string> FetchChangeAsync(VerifierKey old)
    {
        using var web = new HttpClient();
        var path = string.Create(CultureInfo.InvariantCulture, $"{server.Web}/key-change/{old.KeyId:x8}");
        var file = At(string.Create(CultureInfo.InvariantCulture, $"change-{old.KeyId:x8}"));
        await File.WriteAllBytesAsync(file, await web.GetByteArrayAsync(path, Cancellation), Cancellation);
        Assert.Equal(404, (int)(await web.GetAsync(new Uri(path + "0"), Cancellation)).StatusCode);
        Assert.Equal(404, (int)(await web.GetAsync(new Uri(server.Web + "/key-change/00000000"), Cancellation)).StatusCode);
        return file;
    }

    private async Task<ToolResult> DepositAsync(string name, string output)
    {
        Write(name);
        return await RunAsync(0, "deposit", At(name), "--server", server.Address, "--out", At(output));
    }

    private string Evidence(string name) => At($"out/{name}.evidence.zip");
}
