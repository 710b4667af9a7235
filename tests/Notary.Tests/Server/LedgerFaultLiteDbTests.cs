using Notary.Server;

namespace Notary.Tests.Server;

/// <summary>The same faults on a ledger that is kept in LiteDB.</summary>
public sealed class LedgerFaultLiteDbTests() : LedgerFaultTests(StoreKind.LiteDb)
{
    protected override void SetRoom(ILedgerStore store, bool hasRoom) =>
        ((LiteDbStore)store).LimitLog(hasRoom ? long.MaxValue : 400_000);
}
