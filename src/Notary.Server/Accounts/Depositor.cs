using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Who deposits, as far as the server has checked it: what goes into the claims, and which signatures count. Immutable;
/// one object an account, shared by all of its calls.
/// </summary>
public sealed class Depositor
{
    private readonly IReadOnlyList<DepositorKey>? keys;
    private readonly PreparedKeys? prepared;

    /// <param name="account">The account id.</param>
    /// <param name="name">The display name.</param>
    internal Depositor(string account, string name) => (Account, Name) = (account, name);

    internal Depositor(Account account, IReadOnlyList<DepositorKey> keys, PreparedKeys prepared)
        : this(account.Id, account.Name)
    {
        (Identity, Verified, RequiresSignature) = (account.Identity, account.Verified, account.RequiresSignature);
        (this.keys, this.prepared) = (keys, prepared);
    }

    /// <summary>The one account of a ledger that has none: whoever reaches the server on loopback.</summary>
    public static Depositor Local { get; } = Nameless("local");

    public string Account { get; }

    /// <summary>Display name, or the account where it has none.</summary>
    public string Name { get; }

    public string? Identity { get; }

    public IdentityVerification? Verified { get; }

    public bool RequiresSignature { get; }

    /// <summary>Every signing key that the account has or had.</summary>
    internal IReadOnlyList<DepositorKey> Keys => keys ?? [];

    /// <summary>An account of which nothing is known but its id.</summary>
    internal static Depositor Nameless(string account) => new(account, account);

    /// <summary>
    /// The key on file that signed the request. By the server's clock, never by the request's own time: whoever stole a key
    /// that is revoked writes into a request what they like.
    /// </summary>
    /// <param name="request">The request, whose account is this one.</param>
    /// <param name="now">The server's clock.</param>
    /// <returns>Null where nobody signed, or where no key can be on file.</returns>
    /// <exception cref="MalformedException">It is not signed and must be, or what signed it is no key on file that counts.</exception>
    internal VerifierKey? CheckSignature(RequestBytes request, DateTimeOffset now)
    {
        const string document = "notary.request/v1";
        if (request.Note is not { } note)
            return RequiresSignature ? throw new MalformedException(document, "signature", "is missing: this account deposits with signed requests only") : null;
        if (keys is null)
        {
            // No account, no key on file: that the signature names the account can be checked, and nothing more is claimed.
            return note.Signatures.Any(signature => signature.Name == Account && signature.Bytes.Length == VerifierKey.SignatureSize)
                ? null
                : throw new MalformedException(document, "signature", $"is not an Ed25519 signature of a key named {Account}");
        }

        var known = Find(note) ?? throw new MalformedException(document, "signature", "is of no key that this account has registered");
        if (known.RevokedFrom is { } from && from <= now)
            throw new MalformedException(document, "signature", $"is of a key that is revoked from {Timestamp.Format(from)} on");
        if (note.Check(known.Key) != NoteCheck.Valid)
            throw new MalformedException(document, "signature", "does not verify: the request was changed after it was signed, or signed with another key");
        prepared!.Verified(known.Key);
        return known.Key;
    }

    private DepositorKey? Find(SignedNote note)
    {
        foreach (var key in keys!)
        {
            foreach (var signature in note.Signatures)
            {
                if (signature.KeyId == key.Key.KeyId && signature.Name == key.Key.Name)
                    return key;
            }
        }

        return null;
    }
}
