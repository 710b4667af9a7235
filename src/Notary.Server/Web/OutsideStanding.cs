namespace Notary.Server;

/// <summary>How those stand who give the ledger independent times.</summary>
/// <param name="Anchoring">Anchoring in Bitcoin; null where there is none.</param>
/// <param name="Stamping">The outside time-stamping authorities; empty where there are none.</param>
internal sealed record OutsideStanding(AnchoringStanding? Anchoring, IReadOnlyList<StampStanding> Stamping);
