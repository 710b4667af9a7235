using Notary.Core;

namespace Notary.Cli;

/// <summary>A tile's bytes as somebody handed them over; nobody has checked them.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="Place">The address or path it came from, to be said.</param>
/// <param name="IsKept">Whether the folder that is being written has it already.</param>
internal readonly record struct Served(ReadOnlyMemory<byte> Bytes, string Place, bool IsKept = false);

/// <summary>
/// Hands over a tile or entry bundle of exactly this width: a server, a folder or a ledger's store. May be called from
/// several threads at a time.
/// </summary>
/// <exception cref="CliException">It is not there or cannot be had.</exception>
internal delegate Task<Served> TileSource(TileId tile, CancellationToken cancellation);
