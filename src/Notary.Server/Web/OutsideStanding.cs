namespace Notary.Server;

/// <summary>How those stand who give the ledger independent times.</summary>
/// <param name="Anchoring">Anchoring in Bitcoin; null where there is none.</param>
/// <param name="Stamping">The outside time-stamping authorities; empty where there are none.</param>
/// <param name="Clock">The clock by its time sources; null where none are named.</param>
internal sealed record OutsideStanding(AnchoringStanding? Anchoring, IReadOnlyList<StampStanding> Stamping, ClockStanding? Clock);
