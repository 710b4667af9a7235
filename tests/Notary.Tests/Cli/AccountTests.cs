using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>Accounts as operators and depositors have them: the verbs beside a running server, over TLS.</summary>
public sealed class AccountTests : CliTest
{
    [Fact]
    public async Task From_the_first_account_to_a_signed_deposit_over_tls()
    {
        await using var server = await ServeAsync();
        var address = await server.FieldAsync("grpc");
        await server.FieldAsync("ready");
        string[] reach = ["--server", address, "--ca", At("tls/root.pem")];
        Write("a.txt");

        // Before there is an account, and without a key, nothing is deposited beyond what loopback would take.
        var made = await RunAsync(0, ["account", "create", "linghang", "--name", "领航精密", "--uscc", "91330100799655058B", "--data", At("data")]);
        Assert.Contains("first account", made.Output, StringComparison.Ordinal);
        await RunAsync(0, ["account", "member", "linghang", "zhang", "--role", "depositor", "--data", At("data")]);
        await RunAsync(0, ["account", "key", "linghang", "zhang", "--data", At("data"), "--out", At("key")]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(At("key")));
        await WaitForKeyAsync(reach);

        var stranger = await RunAsync(4, ["deposit", At("a.txt"), .. reach, "--out", At("none")]);
        Assert.Contains("UNAUTHENTICATED", stranger.Error, StringComparison.Ordinal);
        await RunAsync(0, ["keygen", "--name", "linghang", "--out", At("signing")]);
        await RunAsync(0, ["account", "register-key", .. reach, "--api-key-file", At("key"), "--key", At("signing")]);
        await RunAsync(0, ["deposit", At("a.txt"), .. reach, "--api-key-file", At("key"), "--key", At("signing"), "--out", At("out")]);

        var evidence = ReadEvidence(EvidenceIn("out").Single());
        var claims = Claims.Parse(evidence.Certificate.Claims!);
        Assert.Equal(("linghang", "领航精密", "uscc:91330100799655058B"), (claims.Account, claims.Depositor, claims.Identity));
        Assert.Equal(SigningKey.Parse(File.ReadAllText(At("signing")).Trim()).Verifier, claims.Key);
        var report = await RunAsync(0, ["verify", EvidenceIn("out").Single(), At("a.txt"), "--trust", At("out/trust")]);
        Assert.Contains("signature", report.Output, StringComparison.Ordinal);

        // The key went to no log and no process list, and is not in what the server keeps.
        var key = File.ReadAllText(At("key")).Trim();
        Assert.DoesNotContain(key, server.Output + server.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(key[3..], string.Join('\n', Directory.EnumerateFiles(At("data"), "*.db*").Select(file => File.ReadAllText(file))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_said_before_anything_is_sent()
    {
        Assert.Contains("no folder", (await RunAsync(2, ["account", "list", "--data", At("nowhere")])).Error, StringComparison.Ordinal);
        Directory.CreateDirectory(At("data"));
        Assert.Contains("has no accounts", (await RunAsync(2, ["account", "list", "--data", At("data")])).Error, StringComparison.Ordinal);
        var wrong = await RunAsync(2, ["account", "create", "linghang", "--uscc", "91330100799655058A", "--data", At("data")]);
        Assert.Contains("check character", wrong.Error, StringComparison.Ordinal);
        Write("a.txt");
        File.WriteAllText(At("key"), "nk_tooshort");
        var bad = await RunAsync(2, ["deposit", At("a.txt"), "--server", "http://127.0.0.1:1", "--out", At("out"), "--api-key-file", At("key")]);
        Assert.DoesNotContain("tooshort", bad.Error, StringComparison.Ordinal);
        File.WriteAllText(At("key"), "nk_" + new string('A', 43));
        var clear = await RunAsync(2, ["deposit", At("a.txt"), "--server", "http://192.0.2.1:7070", "--out", At("out"), "--api-key-file", At("key")]);
        Assert.Contains("without TLS", clear.Error, StringComparison.Ordinal);
        var open = await RunAsync(2, ["serve", "--data", At("data"), "--listen", "0.0.0.0:0"]);
        Assert.Contains("no TLS certificate", open.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_whose_accounts_are_lost_says_what_to_do_and_what_was_done_is_said_for_ever()
    {
        await using (var server = await ServeAsync())
        {
            await server.FieldAsync("ready");
            await RunAsync(0, ["account", "create", "linghang", "--data", At("data")]);
            while (!(await NotaryProcess.RunAsync(["audit", "verify", "--data", At("data")])).Output.Contains("1 of 1 records, by the ledger", StringComparison.Ordinal))
                Cancellation.ThrowIfCancellationRequested();
            Assert.Equal(0, await server.SignalAsync("TERM"));
        }

        foreach (var file in Directory.GetFiles(At("data"), "accounts.db*"))
            File.Delete(file);
        string[] serve = ["serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"];
        var refused = await RunAsync(2, serve);
        Assert.Matches("error: the accounts .*accounts.db are missing, and entry 1 of the ledger says that their audit log had 1 record\n", refused.Error);
        Assert.Contains($"'notary audit continue --data {At("data")}'", refused.Error, StringComparison.Ordinal);
        Assert.Contains("had some", (await RunAsync(2, ["account", "create", "linghang", "--data", At("data")])).Error, StringComparison.Ordinal);
        Assert.Contains("neither keep nor revoke", (await RunAsync(2, ["audit", "continue", "--data", At("data"), "--credentials", "some"])).Error, StringComparison.Ordinal);
        Assert.Contains("of 1 that it had vouched for, 0 are left", (await RunAsync(0, ["audit", "continue", "--data", At("data")])).Output, StringComparison.Ordinal);
        Assert.Contains("says that records were lost", (await RunAsync(0, ["audit", "verify", "--data", At("data")])).Error, StringComparison.Ordinal);
        await using var again = NotaryProcess.Start(serve);
        Assert.Contains("need a key", await again.FieldAsync("callers"), StringComparison.Ordinal);
    }

    private Task<NotaryProcess> ServeAsync()
    {
        new TestCertificates(At("tls")).MakeServer();
        return Task.FromResult(NotaryProcess.Start(
            "serve", "--data", At("data"), "--store", "sqlite", "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0",
            "--tls-certificate", At("tls/server.pem"), "--tls-key", At("tls/server.key")));
    }

    /// <summary>The server looks once a second.</summary>
    private async Task WaitForKeyAsync(string[] reach)
    {
        while ((await NotaryProcess.RunAsync(["account", "show", .. reach, "--api-key-file", At("key")])).ExitCode != 0)
            Cancellation.ThrowIfCancellationRequested();
    }
}
