namespace Notary.Faults;

/// <summary>A promise of the ledger was broken, or the run could not be made. The message says which, and how to repeat it.</summary>
internal sealed class FaultException : Exception
{
    public FaultException(string message)
        : base(message)
    {
    }

    public FaultException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
