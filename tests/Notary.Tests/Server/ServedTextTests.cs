using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>The pages and the fonts over real HTTP: packed for whoever takes that, and not sent again to whoever has them.</summary>
public sealed class ServedTextTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Paths => ["/", "/deposits", "/verify", "/verify-offline", "/verify-fonts.js", "/ledger", "/help", "/expert"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_packed_text_is_the_plain_one_and_less_than_two_thirds_of_it(string path)
    {
        var plain = await server.Web.GetByteArrayAsync(path, Cancellation);
        using var response = await GetAsync(path, "gzip");
        var packed = await response.Content.ReadAsByteArrayAsync(Cancellation);
        await using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        await gzip.CopyToAsync(unpacked, Cancellation);

        Assert.Equal(plain, unpacked.ToArray());
        Assert.InRange(packed.Length, 1, plain.Length * 2 / 3);
        Assert.Equal(packed.Length, response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br, gzip;q=0.5", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("identity", false)]
    [InlineData("br", false)]
    public async Task Only_who_takes_a_packed_text_gets_one(string accepted, bool isPacked)
    {
        using var response = await GetAsync("/verify", accepted);

        Assert.Equal(isPacked ? ["gzip"] : [], response.Content.Headers.ContentEncoding);
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
    }

    [Fact]
    public async Task Who_has_a_text_is_told_that_nothing_changed_and_who_has_another_gets_it()
    {
        using var first = await GetAsync("/verify", "identity");
        using var again = await GetAsync("/verify", "gzip", first.Headers.ETag);
        using var other = await GetAsync("/verify", "gzip", new EntityTagHeaderValue("\"0\"", isWeak: true));
        using var page = await GetAsync("/ledger", "gzip", first.Headers.ETag);

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync(Cancellation));
        // A page from a cache is held by the policy that came with the answer.
        Assert.Equal(first.Headers.GetValues("Content-Security-Policy"), again.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (other.StatusCode, page.StatusCode));
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accepted, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept-Encoding", accepted } } };
        if (known is not null)
            request.Headers.IfNoneMatch.Add(known);
        return await server.Web.SendAsync(request, Cancellation);
    }
}
