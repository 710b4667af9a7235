using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>The read API of C2SP tlog-tiles over real HTTP.</summary>
public sealed class TileEndpointsTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_checkpoint_is_a_signed_note_that_no_cache_keeps()
    {
        using var response = await server.Web.GetAsync("/checkpoint", Cancellation);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.True(response.Headers.CacheControl!.NoCache);
        var info = await server.Client.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), cancellationToken: Cancellation);
        var note = SignedNote.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(NoteCheck.Valid, note.Check(VerifierKey.Parse(info.Vkey)));
    }

    [Fact]
    public async Task Tiles_and_bundles_rebuild_the_root_of_the_checkpoint()
    {
        await GrowToAsync(600);
        var checkpoint = Checkpoint.Parse(SignedNote.Parse(await server.Web.GetStringAsync("/checkpoint", Cancellation)).Text);
        var range = new CompactRange();
        for (ulong number = 0; number * 256 < checkpoint.Size; number++)
        {
            var width = (int)Math.Min(256, checkpoint.Size - number * 256);
            var hashes = await server.Web.GetByteArrayAsync($"/{new TileId(0, number, width)}", Cancellation);
            Assert.Equal(width * Hash.Size, hashes.Length);
            var bundle = await server.Web.GetByteArrayAsync($"/{new TileId(TileId.Entries, number, width)}", Cancellation);
            foreach (var (entry, index) in Entries(bundle).Select((entry, index) => (entry, index)))
            {
                var leaf = MerkleHash.Leaf(entry);
                Assert.Equal(leaf, new Hash(hashes.AsSpan(index * Hash.Size, Hash.Size)));
                range.Append(leaf);
            }
        }

        Assert.Equal((checkpoint.Size, checkpoint.Root), (range.Size, range.Root()));
    }

    [Fact]
    public async Task A_full_tile_may_be_kept_forever_and_a_partial_one_for_a_while()
    {
        await GrowToAsync(300);
        foreach (var path in (string[])["/tile/0/000", "/tile/entries/000", "/tile/1/000.p/1"])
        {
            using var response = await server.Web.GetAsync(path, Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
            var full = !path.Contains(".p", StringComparison.Ordinal);
            Assert.Equal(full ? "public, max-age=604800, immutable" : "public, max-age=3600", response.Headers.GetValues("Cache-Control").Single());
        }
    }

    [Fact]
    public async Task A_deposits_index_is_told_to_everybody_by_its_uuid_and_an_unknown_one_with_the_reason()
    {
        var request = RequestBytes.Create(server.NewRequest(), null);
        await server.Client.DepositAsync(new Proto.DepositRequest { Request = ByteString.CopyFrom(request.Bytes.Span) }, cancellationToken: Cancellation);
        var size = Checkpoint.Parse(SignedNote.Parse(await server.Web.GetStringAsync("/checkpoint", Cancellation)).Text).Size;
        foreach (var uuid in (string[])[$"{request.Request.Deposit}", $"{request.Request.Deposit}".ToUpperInvariant()])
        {
            using var found = await server.Web.GetAsync($"/deposit/{uuid}", Cancellation);
            Assert.Equal($"{size - 1}\n", await found.Content.ReadAsStringAsync(Cancellation));
            Assert.Equal("text/plain; charset=utf-8", found.Content.Headers.ContentType!.ToString());
        }

        foreach (var (uuid, code, reason) in new[]
        {
            ($"{server.NewRequest().Deposit}", HttpStatusCode.NotFound, "no deposit of this uuid"),
            ("00000000-0000-4000-8000-000000000000", HttpStatusCode.BadRequest, "not a version 7 uuid"), ("%3Cscript%3E", HttpStatusCode.BadRequest, "not a version 7 uuid"),
        })
        {
            using var refused = await server.Web.GetAsync($"/deposit/{uuid}", Cancellation);
            var problem = await refused.Content.ReadAsStringAsync(Cancellation);
            Assert.Equal((code, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType!.ToString()));
            Assert.Contains(reason, problem, StringComparison.Ordinal);
            Assert.DoesNotContain("script", problem, StringComparison.Ordinal);
            // A deposit that is not there yet can be there a moment later.
            Assert.True(refused.Headers.CacheControl!.NoStore);
        }
    }

    [Theory]
    [InlineData("/tile/0/999")]
    [InlineData("/tile/entries/x999/999")]
    [InlineData("/tile/7/000")]
    [InlineData("/tile/64/000")]
    [InlineData("/tile/-1/000")]
    [InlineData("/tile/0/0")]
    [InlineData("/tile/0/000.p/0")]
    [InlineData("/tile/0/000.p/256")]
    [InlineData("/tile/0/000.p/01")]
    [InlineData("/tile/0/000/")]
    [InlineData("/tile//000")]
    [InlineData("/tile/entries/000.p/1/2")]
    [InlineData("/tile")]
    [InlineData("/tile/0/%30%30%30x")]
    [InlineData("/index.html")]
    [InlineData("/tile/0/x18446744073709551616")]
    public async Task What_is_not_there_yet_and_what_is_no_tile_are_not_found_and_not_remembered(string path)
    {
        using var response = await server.Web.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        if (path.StartsWith("/tile/", StringComparison.Ordinal))
            Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task The_read_API_is_only_read()
    {
        using var post = await server.Web.PostAsync("/checkpoint", null, Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var head = await server.Web.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/checkpoint"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.True(head.Content.Headers.ContentLength > 0);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task A_ledger_that_issues_is_healthy_and_ready(string path)
    {
        using var response = await server.Web.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Matches(
            $$"""^{"status":"issuing","ledger":"{{server.Origin}}","size":[1-9][0-9]*,"received":"[-0-9T:.]*Z"}\n$""",
            await response.Content.ReadAsStringAsync(Cancellation));
    }

    private async Task GrowToAsync(int entries)
    {
        using var call = server.Client.DepositBatch(cancellationToken: Cancellation);
        var reading = call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
        for (var i = 0; i < entries; i++)
        {
            var request = server.NewRequest();
            var bytes = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span);
            await call.RequestStream.WriteAsync(new() { Deposit = request.Deposit.ToString(), Request = bytes }, Cancellation);
        }

        await call.RequestStream.CompleteAsync();
        Assert.All(await reading, answer => Assert.NotNull(answer.Certificate));
    }

    private static IEnumerable<byte[]> Entries(byte[] bundle)
    {
        for (var at = 0; at < bundle.Length;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.AsSpan(at));
            yield return bundle.AsSpan(at + 2, length).ToArray();
            at += 2 + length;
        }
    }
}
