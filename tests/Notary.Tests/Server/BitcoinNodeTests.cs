using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>The JSON-RPC client of a Bitcoin node, against one that lies on command.</summary>
public sealed class BitcoinNodeTests : IAsyncLifetime
{
    private static readonly BlockHeader Header = TestBlock.With(Hash.Of([1]), TestLedger.Created);
    private static readonly string ShownHash = BlockHeader.Display(Header.Hash);

    private readonly Dictionary<string, string> answers = new(StringComparer.Ordinal)
    {
        ["getblockhash"] = $$"""{"result":"{{ShownHash}}","error":null,"id":1}""",
        ["getblockheader"] = $$"""{"result":"{{Convert.ToHexStringLower(Header.ToBytes())}}","error":null,"id":1}""",
        ["getblockcount"] = """{"result":7,"error":null,"id":1}""",
        ["getblockchaininfo"] = """{"result":{"chain":"main"},"error":null,"id":1}""",
    };

    private WebApplication host = null!;
    private string? authorization;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Address => new(host.Urls.Single());

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        host = builder.Build();
        host.MapPost("/", AnswerAsync);
        await host.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task It_gives_checked_headers_height_and_chain()
    {
        using var folder = new TemporaryFolder();
        var cookie = Path.Combine(folder.Path, ".cookie");
        await File.WriteAllTextAsync(cookie, "__cookie__:secret\n", Cancellation);
        using var node = new BitcoinNode(Address, cookie);

        Assert.Equal(Header.Hash, (await node.FindHeaderAsync(7, Cancellation))!.Hash);
        Assert.Equal(7UL, await node.HeightAsync(Cancellation));
        Assert.Equal("main", await node.ChainAsync(Cancellation));
        Assert.Equal("Basic " + Convert.ToBase64String("__cookie__:secret"u8), authorization);
        // A node writes a new cookie at each start.
        await File.WriteAllTextAsync(cookie, "__cookie__:other", Cancellation);
        await node.HeightAsync(Cancellation);
        Assert.Equal("Basic " + Convert.ToBase64String("__cookie__:other"u8), authorization);
        using var named = new BitcoinNode(new UriBuilder(Address) { UserName = "me", Password = "p%40ss" }.Uri);
        await named.HeightAsync(Cancellation);
        Assert.Equal("Basic " + Convert.ToBase64String("me:p@ss"u8), authorization);
    }

    [Fact]
    public async Task A_height_beyond_the_chain_has_no_header()
    {
        using var node = new BitcoinNode(Address);
        Assert.Null(await node.FindHeaderAsync(1UL << 40, Cancellation));
        answers["getblockhash"] = """{"result":null,"error":{"code":-8,"message":"Block height out of range"},"id":1}""";
        Assert.Null(await node.FindHeaderAsync(8, Cancellation));
    }

    [Theory]
    [InlineData("getblockhash", """{"result":null,"error":{"code":-28,"message":"Loading block index"},"id":1}""", "Loading")]
    [InlineData("getblockhash", """{"result":5}""", "no sense")]
    [InlineData("getblockhash", "[]", "no sense")]
    [InlineData("getblockhash", "<html>", "no Bitcoin node")]
    [InlineData("getblockhash", "", "no Bitcoin node")]
    [InlineData("getblockhash", """{"result":"00"}""", "no sense")]
    [InlineData("getblockheader", """{"result":"00"}""", "160 hex digits")]
    [InlineData("getblockheader", """{"result":{}}""", "no sense")]
    [InlineData("getblockhash", """{"result":"\ud800"}""", "no sense")]
    [InlineData("getblockheader", """{"result":"\udc00"}""", "no sense")]
    [InlineData("getblockhash", """{"result":null,"error":{"code":-1,"message":"\ud800"}}""", "no sense")]
    [InlineData("getblockhash", """{"result":null,"error":{"code":-1,"message":{}}}""", "no sense")]
    public async Task An_answer_that_is_none_is_told(string method, string answer, string words)
    {
        answers[method] = answer;
        using var node = new BitcoinNode(Address);

        Assert.Contains(words, (await Assert.ThrowsAsync<BitcoinNodeException>(() => node.FindHeaderAsync(7, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_and_nobody_are_told_without_credentials()
    {
        answers["getblockcount"] = new string(' ', 1 << 20);
        using var node = new BitcoinNode(new UriBuilder(Address) { UserName = "me", Password = "secret" }.Uri);
        Assert.DoesNotContain("secret", (await Assert.ThrowsAsync<BitcoinNodeException>(() => node.HeightAsync(Cancellation))).Message, StringComparison.Ordinal);
        await host.StopAsync(Cancellation);
        Assert.DoesNotContain("secret", (await Assert.ThrowsAsync<BitcoinNodeException>(() => node.HeightAsync(Cancellation))).Message, StringComparison.Ordinal);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        authorization = context.Request.Headers.Authorization;
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var method = JsonNode.Parse(await reader.ReadToEndAsync(context.RequestAborted))!.Text("method");
        await context.Response.WriteAsync(answers[method], context.RequestAborted);
    }
}
