using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Prints the statements of one batch. They differ in uuid, commitment and claims alone, and those have fixed widths: the
/// first is printed as Core prints it, each other one is a copy of its bytes with the three written over.
/// </summary>
internal sealed class StatementPrinter
{
    private readonly byte[] template;
    private readonly int deposit;
    private readonly int commitment;
    private readonly int claims;

    /// <param name="sample">Any statement of the batch.</param>
    public StatementPrinter(Statement sample)
    {
        template = Encoding.UTF8.GetBytes(sample.ToText());
        deposit = ValueOf("\ndeposit "u8);
        commitment = ValueOf("\ncommitment "u8);
        claims = ValueOf("\nclaims "u8);
    }

    public byte[] Print(DepositId id, in Hash commitmentHash, in Hash claimsHash)
    {
        var entry = template.AsSpan().ToArray();
        Encoding.ASCII.GetBytes(id.ToString(), entry.AsSpan(deposit));
        WriteHex(commitmentHash, entry.AsSpan(commitment));
        WriteHex(claimsHash, entry.AsSpan(claims));
        return entry;
    }

    // No value holds a line feed, so what follows one is a field's name.
    private int ValueOf(ReadOnlySpan<byte> field) => template.AsSpan().IndexOf(field) + field.Length;

    private static void WriteHex(in Hash hash, Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[Hash.Size];
        hash.CopyTo(bytes);
        Convert.TryToHexStringLower(bytes, destination, out _);
    }
}
