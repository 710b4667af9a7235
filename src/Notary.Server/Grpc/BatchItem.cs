using System.Text;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>An item of a batch has two names for its deposit: its own, which is echoed, and the request's.</summary>
internal static class BatchItem
{
    private const int UuidCharacters = 36;

    private static ReadOnlySpan<byte> Field => "\ndeposit "u8;

    /// <summary>Whether both name one deposit.</summary>
    public static bool NamesItsRequest(Proto.DepositBatchRequest item)
    {
        // The field is the third line of every well-formed request and the first to begin like this, so the text need not
        // be read twice. A request that is not well-formed fails in the ledger a moment later.
        var request = item.Request.Span;
        var at = request.IndexOf(Field);
        return at >= 0 && item.Deposit.Length == UuidCharacters && request.Length - at - Field.Length >= UuidCharacters
            && Ascii.EqualsIgnoreCase(request.Slice(at + Field.Length, UuidCharacters), item.Deposit);
    }

    /// <summary>What is wrong with an item that does not name its request: the request itself, if it is none.</summary>
    public static Google.Rpc.Status Misnamed(Proto.DepositBatchRequest item)
    {
        try
        {
            RequestBytes.Parse(item.Request.Memory);
            return GrpcErrors.InvalidField("deposit", "is not the uuid of the deposit in the request");
        }
        catch (MalformedException e)
        {
            return GrpcErrors.InvalidRequest(e);
        }
    }
}
