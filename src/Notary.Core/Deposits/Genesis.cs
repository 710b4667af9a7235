namespace Notary.Core;

/// <summary><c>notary.genesis/v1</c>: entry 0 of every ledger. It names the ledger's first key.</summary>
/// <param name="Ledger">The origin.</param>
/// <param name="Created">The operator's clock.</param>
/// <param name="Key">The ledger's key; its name is the origin.</param>
public sealed record Genesis(string Ledger, DateTimeOffset Created, VerifierKey Key)
{
    private const string Document = "notary.genesis/v1";

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static Genesis Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.StatementBytes);
        var genesis = new Genesis(
            fields.RequiredOrigin(), fields.RequiredTime("created"), fields.ToKey("key", fields.Required("key")));
        fields.End();
        return genesis.Key.Name == genesis.Ledger ? genesis : throw fields.Error("key", "has another name than the ledger");
    }

    public string ToText() => $"{Document}\nledger {Ledger}\ncreated {Timestamp.Format(Created)}\nkey {Key}\n";
}
