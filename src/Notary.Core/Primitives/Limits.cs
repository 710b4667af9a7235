namespace Notary.Core;

/// <summary>What a reader accepts at most. The first group are rules of the format, the second bounds on work.</summary>
public static class Limits
{
    /// <summary>Bytes of a statement: an OpenTimestamps message holds 4,096 at most, and a statement must fit into one.</summary>
    public const int StatementBytes = 4_000;

    /// <summary>Bytes of a request, its signature lines included.</summary>
    public const int RequestBytes = 8_192;

    /// <summary>Bytes of a claims text.</summary>
    public const int ClaimsBytes = 8_192;

    /// <summary>Bytes of a path in UTF-8.</summary>
    public const int PathBytes = 1_024;

    /// <summary>Code points of a title.</summary>
    public const int TitleCharacters = 256;

    /// <summary>Code points of a depositor's name.</summary>
    public const int DepositorCharacters = 256;

    /// <summary>Characters of a kind: a-z, 0-9, '-'.</summary>
    public const int KindCharacters = 32;

    /// <summary>Bytes of a ledger's origin.</summary>
    public const int OriginBytes = 255;

    /// <summary>Characters of an account id, which is also the name of the account's key.</summary>
    public const int AccountCharacters = 64;

    /// <summary>Bytes of an entry: tlog-tiles writes an entry's length in 16 bits.</summary>
    public const int EntryBytes = 65_535;

    /// <summary>Hashes of an inclusion path: a tree of 2^64 leaves is 64 levels high.</summary>
    public const int ProofHashes = 64;

    /// <summary>Bytes of a signed note: a checkpoint with every signature a reader must accept, and room to spare.</summary>
    public const int NoteBytes = 65_536;

    /// <summary>Signature lines of a note (C2SP signed-note demands that 16 are accepted).</summary>
    public const int NoteSignatures = 64;

    /// <summary>Bytes of an item text: a path and five short lines.</summary>
    public const int ItemBytes = 2_048;

    /// <summary>Code points of a context record's source and folder.</summary>
    public const int SourceCharacters = 1_024;

    /// <summary>Code points of a context record's command.</summary>
    public const int CommandCharacters = 4_096;

    /// <summary>Files that a context record lists.</summary>
    public const int ContextFiles = 32;

    /// <summary>Bytes of a context record: more than its fields at their longest.</summary>
    public const int ContextBytes = 65_536;

    /// <summary>Bytes of an opening: an item text and 64 path lines.</summary>
    public const int OpeningBytes = 8_192;
}
