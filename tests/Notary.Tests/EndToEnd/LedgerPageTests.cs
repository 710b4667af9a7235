using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.EndToEnd;

/// <summary>The page of the public ledger in a browser, against an honest server and through one that lies.</summary>
public sealed class LedgerPageTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Address => new Uri(server.Web.BaseAddress!, "ledger?lang=en").ToString();

    [Fact]
    public async Task It_shows_the_checkpoint_the_growth_and_an_entry_that_a_certificates_code_names()
    {
        var certificate = await DepositAsync(3);
        // The ledger has gone on since: the code's root is compared by a consistency proof.
        await DepositAsync(4);
        var lookup = CertificateReading.Of(Evidence.FromCertificate(certificate)).CodeText;
        var found = await PageBrowser.RunAsync("ledger", Address, new { lookup });

        Assert.Contains("this page has checked the signature", Text(found, "checkpoint"), StringComparison.Ordinal);
        Assert.Contains(certificate.Statement.Split('\n')[2], Text(found, "outcome"), StringComparison.Ordinal);
        Assert.Contains("is of the beginning of this same ledger", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.InRange(found["points"]!.GetValue<int>(), 2, 12);
        Assert.Equal(0, found["errors"]!.GetValue<int>());
        AssertPlain(found);
    }

    [Fact]
    public async Task It_leads_entries_through_full_tiles_to_the_root_in_Chinese_as_well()
    {
        // More than one full tile and a part of the next: two rows of tiles, and two bundles of entries.
        await DepositAsync(300);
        var found = await PageBrowser.RunAsync("ledger", Address.Replace("lang=en", "lang=zh", StringComparison.Ordinal), new { lookup = "290" });

        Assert.Contains("本页面已核验该签名", Text(found, "checkpoint"), StringComparison.Ordinal);
        Assert.Contains("notary.statement/v1", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.InRange(found["good"]!.GetValue<int>(), 1, 10);
        Assert.Equal(0, found["errors"]!.GetValue<int>());
        Assert.Contains(found["requests"]!.AsArray(), request => request!.GetValue<string>().Contains("/tile/entries/001.p/", StringComparison.Ordinal));
        Assert.Contains(found["requests"]!.AsArray(), request => request!.GetValue<string>().EndsWith("/tile/0/000", StringComparison.Ordinal));
        AssertPlain(found);
    }

    [Fact]
    public async Task Markup_in_the_address_the_look_up_and_an_authoritys_name_is_shown_and_not_run()
    {
        const string Markup = "<img src=x onerror=alert(1)>";
        var standing = new { status = "ready", timestamps = new[] { new { authority = Markup, status = "ok", stamped = 1 } } };
        var found = await PageBrowser.RunAsync("ledger", $"{Address}&q={Markup}#{Markup}", new { lookup = $"0 {Markup}", standing });

        Assert.Contains($"Time-stamps of {Markup} (ok)", Text(found, "outside"), StringComparison.Ordinal);
        Assert.Contains("neither an entry's number nor", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.Equal(0, found["elements"]!.GetValue<int>());
        Assert.Empty(found["problems"]!.AsArray());
    }

    [Fact]
    public async Task It_says_when_a_certificates_code_is_not_of_this_ledger()
    {
        var certificate = await DepositAsync(2);
        var proof = TlogProof.Parse(certificate.Proof);
        var lookup = string.Create(CultureInfo.InvariantCulture, $"NOTARY1 {CertificateNumbers.OfCertificate(certificate)} {proof.Checkpoint.Origin} {proof.Index} {proof.Checkpoint.Size} {Hash.Of([1])}").ToUpperInvariant();
        var found = await PageBrowser.RunAsync("ledger", Address, new { lookup });
        Assert.Contains("is NOT of this ledger's beginning", Text(found, "outcome"), StringComparison.Ordinal);

        var mistyped = CertificateNumbers.OfCertificate(certificate);
        mistyped = (mistyped[0] == '0' ? '1' : '0') + mistyped[1..];
        found = await PageBrowser.RunAsync("ledger", Address, new { lookup = mistyped });
        Assert.Contains("The number was copied wrongly", Text(found, "outcome"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tile/entries/**", "is not under the checkpoint that it signed")]
    [InlineData("tile/0/**", "is not under the checkpoint that it signed")]
    public async Task A_server_that_lies_of_its_entries_is_caught_by_the_page(string lie, string words)
    {
        await DepositAsync(2);
        var found = await PageBrowser.RunAsync("ledger", Address, new { lie, lookup = "1" });

        Assert.Contains(words, Text(found, "growth") + Text(found, "outcome"), StringComparison.Ordinal);
        Assert.Equal(0, found["points"]!.GetValue<int>());
    }

    private static void AssertPlain(JsonNode found)
    {
        Assert.Empty(found["problems"]!.AsArray());
        Assert.Empty(found["faint"]!.AsArray());
        Assert.Empty(found["unlabelled"]!.AsArray());
        Assert.InRange(found["overflow"]!.GetValue<int>(), -100, 0);
    }

    private async Task<Certificate> DepositAsync(int deposits)
    {
        Certificate? last = null;
        for (var i = 0; i < deposits; i++)
        {
            var request = RequestBytes.Create(server.NewRequest(), null);
            var answer = (await server.Client.DepositAsync(
                new Proto.DepositRequest { Request = ByteString.CopyFrom(request.Bytes.Span) }, cancellationToken: Cancellation)).Certificate;
            last = new Certificate
            {
                Statement = answer.Statement.ToStringUtf8(),
                Claims = answer.Claims.ToStringUtf8(),
                Request = answer.Request.ToStringUtf8(),
                Proof = answer.Proof.ToStringUtf8(),
            };
        }

        return last!;
    }

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();
}
