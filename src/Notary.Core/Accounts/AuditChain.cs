namespace Notary.Core;

/// <summary>Walks an audit log from its first record, and compares it with the heads that are on the ledger. Not safe for concurrent use.</summary>
public sealed class AuditChain
{
    /// <summary>Records that were taken in.</summary>
    public ulong Records { get; private set; }

    /// <summary>Hash of the last one; zero before the first.</summary>
    public Hash Head { get; private set; }

    /// <summary>When the last one was written.</summary>
    public DateTimeOffset At { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Takes in the next record, or says what is wrong with it and leaves the chain as it is.</summary>
    /// <returns>Null, or a clause that follows "record n".</returns>
    public string? Continue(string text)
    {
        AuditRecord record;
        try
        {
            record = AuditRecord.Parse(text);
        }
        catch (MalformedException e)
        {
            return $"cannot be read: {e.Message}";
        }

        if (record.Number != Records + 1)
            return $"calls itself number {record.Number}";
        if (record.Previous != Head)
            return "does not follow the record before it: one of the two was changed";
        if (record.At < At)
            return "is dated before the record before it";
        (Records, Head, At) = (record.Number, AuditRecord.HashOf(text), record.At);
        return null;
    }
}
