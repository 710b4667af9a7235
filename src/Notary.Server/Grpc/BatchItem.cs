using System.Text;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>An item of a batch has two names for its deposit: its own, which is echoed, and the request's.</summary>
internal static class BatchItem
{
    private const int UuidCharacters = 36;

    /// <summary>Whether both name one deposit. Throws for a request that is none, as the ledger would.</summary>
    /// <exception cref="MalformedException">The request breaks a rule of its format.</exception>
    public static bool NamesItsRequest(Proto.DepositBatchRequest item)
    {
        // The field is the third line of every well-formed request and its first to begin like this, so it is found
        // without reading the text twice. A request that is not well-formed fails in the ledger a moment later.
        var request = item.Request.Span;
        var at = request.IndexOf("\ndeposit "u8) + "\ndeposit ".Length;
        var named = at >= "\ndeposit ".Length && item.Deposit.Length == UuidCharacters && request.Length - at >= UuidCharacters
            && Ascii.EqualsIgnoreCase(request.Slice(at, UuidCharacters), item.Deposit);
        if (!named)
            RequestBytes.Parse(item.Request.Memory);
        return named;
    }
}
