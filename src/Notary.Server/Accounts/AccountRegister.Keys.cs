using Notary.Core;

namespace Notary.Server;

/// <summary>Depositors' signing keys: registered with proof of possession, rotated with their history kept, revoked from a stated time.</summary>
public sealed partial class AccountRegister
{
    /// <summary>Signing keys that one account may ever have: one a week for twenty years. They are kept for good, and read at every change.</summary>
    private const int MostKeys = 1_000;

    /// <summary>Every signing key that there ever was, by account and time.</summary>
    public IReadOnlyList<DepositorKey> SigningKeys() => database.Read(AccountRows.Keys);

    /// <summary>Registers a key on the strength of its own signature.</summary>
    /// <param name="actor">Who registers it.</param>
    /// <param name="account">The account that it is to be of, as the caller was authenticated.</param>
    /// <param name="ledger">This ledger's origin.</param>
    /// <param name="note">The signed note of <see cref="KeyRegistration"/>.</param>
    /// <param name="replace">Whether the account's other keys are revoked from now on, in the same step.</param>
    /// <exception cref="MalformedException">The note is none, or its signature is not the key's.</exception>
    /// <exception cref="AccountRefusedException">It is of another ledger, account or time, or the key is somebody's already.</exception>
    public DepositorKey RegisterKey(string actor, string account, string ledger, ReadOnlySpan<byte> note, bool replace)
    {
        var registration = KeyRegistration.Parse(note);
        var proof = note.ToArray();
        return database.Change((rows, pen) =>
        {
            Check(registration, account, ledger, pen.Now);
            Require(rows, account);
            // Whoever had it and when: a key that two accounts share would let one sign for the other, and one that was
            // revoked must not come back through an old registration.
            var all = AccountRows.Keys(rows);
            if (all.Any(known => known.Key.PublicKey.Span.SequenceEqual(registration.Key.PublicKey.Span)))
                throw new AccountRefusedException("this signing key is registered already, or was", "make a new one with 'notary keygen'") { IsTaken = true };
            if (all.Count(known => known.Account == account) >= MostKeys)
                throw new AccountRefusedException($"the account has had {MostKeys} signing keys, which is the limit", "ask the operator for another account");
            if (replace)
                RevokeAll(rows, pen, actor, account);
            using (var insert = rows.Prepare("INSERT INTO signing_key (vkey, public, account, registered, revoked, proof) VALUES (?1, ?2, ?3, ?4, 0, ?5)"))
                insert.Bind(1, registration.Key.ToString()).Bind(2, registration.Key.PublicKey.Span).Bind(3, account).Bind(4, AccountRows.Milliseconds(pen.Now)).Bind(5, proof).Run();
            pen.Write("signing-key-registered", actor, account, $"key {registration.Key}");
            return new DepositorKey(account, registration.Key, pen.Now, null);
        });
    }

    /// <summary>Takes a key's signatures no more from a time on, which may have passed: it can have been stolen earlier than that was noticed.</summary>
    /// <exception cref="AccountRefusedException">The account has no such key, or the time is to come.</exception>
    public void RevokeKey(string actor, string account, string vkey, DateTimeOffset? from) => database.Change((rows, pen) =>
    {
        var key = AccountRows.Keys(rows).FirstOrDefault(known => known.Account == account && known.Key.ToString() == vkey)
            ?? throw new AccountRefusedException($"the account {account} has no such signing key", "ask the server which it has") { IsMissing = true };
        var time = Timestamp.RoundDown(from ?? pen.Now);
        if (time > pen.Now)
            throw new AccountRefusedException("the time from which the key is revoked is to come", "give a time that has passed, or none for now");
        // Never later than it was: what was refused once is not taken after all.
        if (key.RevokedFrom is { } earlier && earlier <= time)
            return false;
        Revoke(rows, key.Key, time);
        pen.Write("signing-key-revoked", actor, account, $"key {key.Key} from {Timestamp.Format(time)}");
        return true;
    });

    private static void Check(KeyRegistration registration, string account, string ledger, DateTimeOffset now)
    {
        if (registration.Ledger != ledger)
            throw new AccountRefusedException($"the registration is for the ledger {registration.Ledger}, not for {ledger}", "sign one for this ledger");
        if (registration.Account != account)
            throw new AccountRefusedException("the registration is of another account's key", "sign one of the account's own, whose name is the key's");
        // A registration that somebody saw a while ago is of no use to them.
        if ((registration.At - now).Duration() > KeyRegistration.ClockTolerance)
            throw new AccountRefusedException(
                $"the registration is of {Timestamp.Format(registration.At)}, more than {KeyRegistration.ClockTolerance.TotalMinutes} minutes from the server's {Timestamp.Format(now)}", "set the clock right and sign another");
    }

    private static void RevokeAll(SqliteDatabase rows, AuditPen pen, string actor, string account)
    {
        foreach (var known in AccountRows.Keys(rows).Where(known => known.Account == account && known.RevokedFrom is null))
        {
            Revoke(rows, known.Key, pen.Now);
            pen.Write("signing-key-revoked", actor, account, $"key {known.Key} from {Timestamp.Format(pen.Now)}");
        }
    }

    private static void Revoke(SqliteDatabase rows, VerifierKey key, DateTimeOffset from)
    {
        using var update = rows.Prepare("UPDATE signing_key SET revoked = ?2 WHERE vkey = ?1");
        update.Bind(1, key.ToString()).Bind(2, AccountRows.Milliseconds(from)).Run();
    }
}
