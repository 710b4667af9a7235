using Notary.Core;

namespace Notary.Cli;

/// <summary>Evidence after a step, and what the step has to say.</summary>
/// <param name="Evidence">The same object when nothing arrived.</param>
/// <param name="Lines">What arrived or is still awaited, a line each.</param>
/// <param name="Refusals">What the server gave that does not hold, a line each; none of it is in the evidence.</param>
internal sealed record Upgraded(Evidence Evidence, IReadOnlyList<string> Lines, IReadOnlyList<string> Refusals);

/// <summary>
/// Fetches one kind of proof that can only arrive after the deposit. What a server sends is a stranger's word: a step adds
/// what it has checked, and never changes or drops what is there.
/// </summary>
internal delegate Task<Upgraded> UpgradeStep(Evidence evidence, CancellationToken cancellation);
