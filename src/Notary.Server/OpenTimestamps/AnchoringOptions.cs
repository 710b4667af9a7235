namespace Notary.Server;

/// <summary>Which calendars take the ledger's roots into Bitcoin.</summary>
/// <param name="Calendars">At least one, each once; several, since one may vanish.</param>
/// <param name="Interval">How often a new root is sent, while the ledger grows.</param>
/// <param name="Node">Asked whether a block that a calendar names is there; null: nobody is.</param>
internal sealed record AnchoringOptions(IReadOnlyList<Uri> Calendars, TimeSpan Interval, BitcoinNode? Node);
