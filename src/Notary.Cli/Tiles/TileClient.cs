using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// The read API of a ledger, C2SP tlog-tiles over HTTP: the ledger's own server, a mirror, or a static web server on an
/// export. It hands over bytes; whether they are what the ledger signed is for <see cref="VerifiedTree"/> to say.
/// </summary>
internal sealed class TileClient : IDisposable
{
    private readonly HttpReader http;

    private TileClient(string address, HttpReader http) => (Address, this.http) = (address, http);

    public string Address { get; }

    /// <param name="option">What the address was given as, to be said.</param>
    /// <param name="address">http or https; a path is the ledger's prefix.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="time">The clock of the waiting.</param>
    /// <exception cref="CliException">Not such an address.</exception>
    public static TileClient Connect(string option, string address, HttpPatience patience, TimeProvider time)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri is not { Host.Length: > 0, Query: "", Fragment: "", UserInfo: "" }
            || address.AsSpan().ContainsAny('\0', ' '))
            throw CliException.Input(
                $"{option} {address}: is not of the form http://host:port or https://host/prefix",
                "give the address of the read API, which 'notary serve' shows as web, such as http://127.0.0.1:7071");
        var prefix = uri.AbsolutePath.EndsWith('/') ? uri : new Uri(uri + "/");
        return new TileClient(address, new HttpReader(prefix, patience, time));
    }

    /// <exception cref="CliException">It cannot be had.</exception>
    public async Task<Served> GetCheckpointAsync(CancellationToken cancellation)
    {
        const string path = "checkpoint";
        return await http.GetAsync(path, Limits.NoteBytes, cancellation) is { } bytes
            ? new Served(bytes, http.Place(path))
            : throw Missing(path);
    }

    /// <summary>A <see cref="TileSource"/>. A partial tile that is gone is cut from the full one, as tlog-tiles allows.</summary>
    public async Task<Served> GetTileAsync(TileId tile, CancellationToken cancellation)
    {
        if (await TryGetAsync(tile, cancellation) is { } served)
            return served;
        if (tile.IsFull || await TryGetAsync(tile with { Width = TileId.FullWidth }, cancellation) is not { } full)
            throw Missing(tile.ToString());
        return full with { Bytes = Cut(full, tile) };
    }

    /// <summary>A <see cref="KeyChangeSource"/>.</summary>
    public async Task<KeyChangeProof?> GetKeyChangeAsync(VerifierKey old, CancellationToken cancellation)
    {
        var path = TileFolder.KeyChangePath(old);
        try
        {
            return await http.GetAsync(path, KeyChangeProof.MaxBytes, cancellation) is { } bytes ? KeyChangeProof.Parse(bytes.AsSpan()) : null;
        }
        catch (MalformedException exception)
        {
            throw new CliException(ExitCode.Server, $"{http.Place(path)}: {exception.Message}");
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<Served?> TryGetAsync(TileId tile, CancellationToken cancellation)
    {
        var limit = tile.Level == TileId.Entries ? EntryBundle.MaxBytes(tile.Width) : tile.Width * Hash.Size;
        return await http.GetAsync(tile.ToString(), limit, cancellation) is { } bytes
            ? new Served(bytes, http.Place(tile.ToString()))
            : null;
    }

    private static ReadOnlyMemory<byte> Cut(Served full, TileId tile)
    {
        if (tile.Level != TileId.Entries)
            return full.Bytes[..Math.Min(full.Bytes.Length, tile.Width * Hash.Size)];
        try
        {
            return EntryBundle.Print(EntryBundle.Parse(tile with { Width = TileId.FullWidth }, full.Bytes).Take(tile.Width).ToList());
        }
        catch (MalformedException exception)
        {
            throw new CliException(ExitCode.Failed, $"{full.Place}: {exception.Problem}");
        }
    }

    private CliException Missing(string path) =>
        new(ExitCode.Server, $"{http.Place(path)}: is not there", "is this the address of a ledger's read API, and is all of it served?");
}
