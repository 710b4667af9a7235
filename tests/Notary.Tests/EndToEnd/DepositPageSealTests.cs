using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>The page of deposits of a server that seals its PDFs, each seal with a time-stamp of an authority that is not the operator's.</summary>
public sealed class DepositPageSealTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly AccountsServer server = new();
    private readonly TestAuthority authority = new();
    private TestTimestampServer stamps = null!;
    private string sealRoots = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var random = RandomNumberGenerator.Create();
        stamps = await TestTimestampServer.StartAsync(query => Task.FromResult(authority.Answer(query, TimeProvider.System.GetUtcNow())));
        var seal = SelfMadeSeal.Create("Operator Ltd", TimeProvider.System.GetUtcNow(), random);
        sealRoots = Write("seal.pem", seal.Certificate);
        await server.StartAsync(new ServerOptions
        {
            DataDirectory = server.Data,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Web = new IPEndPoint(IPAddress.Loopback, 0),
            Seal = new SealOptions(sealRoots, Write("seal.key", seal.Key), null, stamps.With(authority.Roots)),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await stamps.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_sealed_pdf_is_handed_out_for_what_it_is_as_soon_as_it_can_be_sealed()
    {
        var key = server.KeyOf("alpha", Role.Depositor);
        var document = Write("sealed.txt", "sealed");
        var honest = stamps.Reply;
        stamps.Reply = _ => Task.FromResult(TimestampReply.Refuse(TimestampFailure.SystemFailure, "out of order").ToDer());
        await using var meanwhile = await Meanwhile.StartAsync(Meanwhile.Step(() => stamps.Reply = honest));
        var found = await PageBrowser.RunAsync("sealed", Address("new"), new { key, files = (string[])[document], meanwhile = meanwhile.Address, @out = folder.Path });

        // Without the seal there is no PDF; the evidence was there all along.
        var refused = found["refused"]!;
        Assert.Equal(["NOT_SEALING"], Strings(refused["problem"]!));
        Assert.Contains("The operator's seal cannot be had for now. Try again in 5 s; the evidence file does not depend on it.", Text(refused, "en"), StringComparison.Ordinal);
        Assert.Contains("目前无法加盖运营方的电子签章。请于 5 秒后重试；证据包不依赖于此。", Text(refused, "zh"), StringComparison.Ordinal);
        Assert.Equal(["PASS"], Strings(found["verdict"]!));
        Assert.Contains("It bears the operator's seal, which this page has not checked.", Text(found["told"]!, "en"), StringComparison.Ordinal);
        Assert.Contains("其上有运营方的电子签章，本页面未核验。", Text(found["told"]!, "zh"), StringComparison.Ordinal);

        var trust = Write("trust", TrustPolicy.Format(server.Server.Key, null));
        (await NotaryProcess.RunAsync("verify", Text(found, "evidence"), document, "--trust", trust)).Succeeded();
        await AssertSealedAsync(Text(found, "pdf"), trust);

        // From the list it is the same, sealed anew.
        using var stream = File.OpenRead(Text(found, "evidence"));
        var deposit = Statement.Parse(Evidence.Read(stream, Cancellation).Certificate.Statement).Deposit;
        var again = await PageBrowser.RunAsync("mine", Address("mine"), new { key, show = $"{deposit}", take = (string[])["pdf"], @out = folder.Path });
        var taken = Assert.Single(again["one"]!["taken"]!.AsArray())!;
        Assert.Contains("the operator's seal if it bears one, this page has not checked", Text(taken, "text"), StringComparison.Ordinal);
        await AssertSealedAsync(Text(taken, "path"), trust);
        Assert.Empty(again["problems"]!.AsArray());
    }

    private async Task AssertSealedAsync(string pdf, string trust)
    {
        var report = (await NotaryProcess.RunAsync(
            "verify", pdf, "--trust", trust, "--seal-roots", sealRoots, "--tsa-roots", Write("tsa.pem", authority.Root.ExportCertificatePem()))).Succeeded().Output;
        Assert.Matches("PASS +seal ", report);
        Assert.Contains("Operator Ltd", report, StringComparison.Ordinal);
        Assert.Contains("by a time-stamp of Test", report, StringComparison.Ordinal);
    }

    private string Address(string view) => new Uri(server.Server.WebAddress, $"deposits?lang=en#{view}").ToString();

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode array) => [.. array.AsArray().Select(one => one!.GetValue<string>())];
}
