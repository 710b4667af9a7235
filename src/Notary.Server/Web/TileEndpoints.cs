using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The read API of C2SP tlog-tiles: anyone can copy and check the whole public ledger with plain GETs. Files, not
/// answers: the same path has the same bytes forever, /checkpoint alone excepted. Beside it stand the proofs of key changes,
/// each under the id of the key that it starts from, so that copies of the ledger carry them on, and the index of each deposit
/// under its uuid, which whoever asks compares with the entry that stands there.
/// </summary>
internal static class TileEndpoints
{
    /// <summary>The bytes of a full tile never change and every client needs them: a week, as C2SP suggests.</summary>
    private const string Immutable = "public, max-age=604800, immutable";

    /// <summary>A partial tile's bytes do not change either, but a fuller one soon takes its place.</summary>
    private const string Partial = "public, max-age=3600";

    public static void Map(WebApplication host, Ledger ledger)
    {
        host.MapMethods("/checkpoint", WebAnswer.Reading, (HttpContext context) => WriteCheckpoint(context, ledger));
        host.MapMethods("/key-change/{id}", WebAnswer.Reading, (HttpContext context) => WriteKeyChange(context, ledger));
        host.MapMethods("/deposit/{deposit}", WebAnswer.Reading, (HttpContext context) => WriteIndex(context, ledger));
        host.MapMethods("/tile/{**path}", WebAnswer.Reading, (HttpContext context) => WriteTile(context, ledger));
    }

    private static Task WriteCheckpoint(HttpContext context, Ledger ledger)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return WebAnswer.WriteAsync(context, "text/plain; charset=utf-8", ledger.Latest.Note);
    }

    private static Task WriteTile(HttpContext context, Ledger ledger)
    {
        // A tile has one path, without leading zeros or empty partial widths: TryParse takes no other.
        if (!TileId.TryParse(context.Request.Path.Value![1..], out var tile) || ledger.ReadTile(tile) is not { } bytes)
            return WebAnswer.WriteMissing(context);

        context.Response.Headers.CacheControl = tile.IsFull ? Immutable : Partial;
        return WebAnswer.WriteAsync(context, "application/octet-stream", bytes);
    }

    private static Task WriteIndex(HttpContext context, Ledger ledger)
    {
        if (!DepositId.TryParse(((string)context.Request.RouteValues["deposit"]!).ToLowerInvariant(), out var deposit))
            return WebAnswer.WriteRefusal(context, GrpcErrors.NoDepositId());
        if (ledger.FindDeposit(deposit) is not { } index)
            return WebAnswer.WriteRefusal(context, GrpcErrors.NoSuchDeposit());
        context.Response.Headers.CacheControl = Immutable;
        return WebAnswer.WriteAsync(context, "text/plain; charset=utf-8", StrictText.Encode(string.Create(CultureInfo.InvariantCulture, $"{index}\n")));
    }

    private static Task WriteKeyChange(HttpContext context, Ledger ledger)
    {
        var id = (string?)context.Request.RouteValues["id"];
        if (!uint.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var key)
            || key.ToString("x8", CultureInfo.InvariantCulture) != id
            || ledger.FindKeyChange(key) is not { } proof)
            return WebAnswer.WriteMissing(context);
        context.Response.Headers.CacheControl = Immutable;
        return WebAnswer.WriteAsync(context, "text/plain; charset=utf-8", StrictText.Encode(proof.ToText()));
    }
}
