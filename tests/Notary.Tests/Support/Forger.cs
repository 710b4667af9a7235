using System.Text;
using Notary.Core;

namespace Notary.Tests;

/// <summary>
/// Somebody who alters a certificate and mends everything that can be mended without the ledger's key: hashes up to the
/// tree's root, the checkpoint's text, and signatures by keys of his own.
/// </summary>
internal sealed class Forger(TestLedger ledger, TestDeposit deposit, SigningKey? depositor = null)
{
    private static readonly byte[] OwnSeed = TestLedger.Seed(666);

    private readonly Certificate original = deposit.Certificate();

    /// <summary>How the altered checkpoint is signed.</summary>
    public enum Signing
    {
        /// <summary>The ledger's old signature stays.</summary>
        Stale,

        /// <summary>With the forger's key under the ledger's name.</summary>
        OwnKey,

        /// <summary>With the forger's key under the ledger's name and key id.</summary>
        OwnKeyStolenId,

        /// <summary>Not altered at all: the old proof stays as it is.</summary>
        OldProof,
    }

    /// <summary>The request altered, and claims, statement, tree and checkpoint made to fit.</summary>
    public Certificate WithRequest(string text, Signing signing)
    {
        // The forger has no depositor's key either: he keeps the old signature lines.
        var note = original.Request![deposit.Request.Request.ToText().Length..];
        return WithClaims(deposit.Claims.ToText(), text + note, signing);
    }

    public Certificate WithClaims(string text, string request, Signing signing)
    {
        var mended = Replace(text, deposit.Claims.Request, Hash.Of(Bytes(request)));
        var statement = Replace(deposit.Statement.ToText(), deposit.Statement.Claims, Hash.Of(Bytes(mended)));
        return WithStatement(statement, mended, request, signing);
    }

    public Certificate WithStatement(string text, string? claims, string? request, Signing signing) => new()
    {
        Statement = text,
        Claims = claims,
        Request = request,
        Proof = signing == Signing.OldProof ? original.Proof : Proof(text, signing).ToString(),
    };

    /// <summary>The request signed anew with a key of the depositor's name, everything made to fit.</summary>
    public Certificate WithOwnDepositor(Signing signing)
    {
        var key = SigningKey.Create(depositor?.Verifier.Name ?? deposit.Claims.Account, OwnSeed);
        var request = SignedNote.Sign(deposit.Request.Request.ToText(), key).ToString();
        var claims = (deposit.Claims with { Key = key.Verifier }).ToText();
        return WithClaims(claims, request, signing);
    }

    private TlogProof Proof(string statement, Signing signing)
    {
        var proof = ledger.Proof(deposit.Index);
        var leaf = MerkleHash.Leaf(Bytes(statement));
        var root = MerkleTree.RootFromInclusion(proof.Index, proof.Checkpoint.Size, leaf, proof.Path)!.Value;
        var text = (proof.Checkpoint with { Root = root }).ToText();
        return new TlogProof(proof.Index, proof.Path, Sign(text, signing, proof.Note));
    }

    private SignedNote Sign(string text, Signing signing, SignedNote stale)
    {
        var own = SigningKey.Create(ledger.Origin, OwnSeed).Sign(text);
        return signing switch
        {
            Signing.Stale => new SignedNote(text, stale.Signatures),
            Signing.OwnKey => new SignedNote(text, [own]),
            _ => new SignedNote(text, [own with { KeyId = ledger.Key.Verifier.KeyId }]),
        };
    }

    private static string Replace(string text, Hash old, Hash value) => text.Replace(old.ToString(), value.ToString(), StringComparison.Ordinal);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
