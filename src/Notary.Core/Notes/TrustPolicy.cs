using System.Text;

namespace Notary.Core;

/// <summary>A ledger that the policy's owner accepts.</summary>
/// <param name="Key">Ed25519 (type 0x01); its name is the ledger's origin.</param>
/// <param name="Url">Where the ledger is reached, or null. Never used to verify.</param>
public sealed record PolicyLog(VerifierKey Key, string? Url);

/// <summary>A witness that the policy's owner believes.</summary>
/// <param name="Name">Its name inside the policy only.</param>
/// <param name="Key">Cosignature key (type 0x04).</param>
/// <param name="Url">Where the witness is reached, or null. Never used to verify.</param>
public sealed record PolicyWitness(string Name, VerifierKey Key, string? Url);

/// <summary>Has witnessed a checkpoint when at least <paramref name="Threshold"/> members have.</summary>
/// <param name="Name">Unique among witnesses and groups.</param>
/// <param name="Threshold">1 to the number of members.</param>
/// <param name="Members">Names of witnesses and groups that stand above this line.</param>
public sealed record PolicyGroup(string Name, int Threshold, IReadOnlyList<string> Members);

/// <summary>
/// Whom a verifier trusts, as C2SP tlog-policy writes it: the ledgers, the witnesses, and the quorum of cosignatures
/// without which a checkpoint does not count. It is the verifier's own file; one that comes with the evidence is a
/// forger's word for himself.
/// </summary>
public sealed class TrustPolicy
{
    /// <summary>Bytes of a policy file.</summary>
    public const int MaxBytes = 65_536;

    /// <summary>Logs, witnesses and groups, each (tlog-policy recommends that 32 are accepted).</summary>
    public const int MaxOfAKind = 64;

    internal TrustPolicy(
        IReadOnlyList<PolicyLog> logs, IReadOnlyList<PolicyWitness> witnesses, IReadOnlyList<PolicyGroup> groups, string? quorum)
    {
        (Logs, Witnesses, Groups, Quorum) = (logs, witnesses, groups, quorum);
    }

    public IReadOnlyList<PolicyLog> Logs { get; }

    public IReadOnlyList<PolicyWitness> Witnesses { get; }

    /// <summary>In the order of the file: a group only names what stands before it.</summary>
    public IReadOnlyList<PolicyGroup> Groups { get; }

    /// <summary>Name of the witness or group that must have witnessed a checkpoint; null is <c>quorum none</c>.</summary>
    public string? Quorum { get; }

    /// <param name="file">The file's bytes.</param>
    /// <exception cref="MalformedException">Not UTF-8, or see <see cref="Parse(string)"/>.</exception>
    public static TrustPolicy Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxBytes)
            throw PolicyReader.Malformed(0, null, $"is longer than {MaxBytes} bytes");
        try
        {
            return new PolicyReader().Read(TextRules.Utf8.GetString(file));
        }
        catch (DecoderFallbackException)
        {
            throw PolicyReader.Malformed(0, null, "is not UTF-8");
        }
    }

    /// <exception cref="MalformedException">A line that is no policy line, a name that is not defined above, a duplicate, no quorum; the message names the line.</exception>
    public static TrustPolicy Parse(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
            throw PolicyReader.Malformed(0, null, $"is longer than {MaxBytes} bytes");
        return new PolicyReader().Read(text);
    }

    /// <summary>The file for one ledger and no witnesses.</summary>
    /// <param name="log">The ledger's key, Ed25519.</param>
    /// <param name="url">Where the ledger is reached, without white space; null for none.</param>
    public static string Format(VerifierKey log, string? url)
    {
        if (log.Algorithm != KeyAlgorithm.Ed25519)
            throw new ArgumentException("A ledger's key is of type 0x01, Ed25519.", nameof(log));
        if (url is not null && !PolicyReader.IsWord(url))
            throw new ArgumentException("A URL in a policy is not empty and holds neither white space nor control characters.", nameof(url));
        return url is null ? $"log {log}\nquorum none\n" : $"log {log} {url}\nquorum none\n";
    }

    /// <summary>The policy with one more key of a ledger, which a change led to that the policy's owner can accept.</summary>
    /// <param name="change">Accepted: <see cref="KeyChangeProof.WhyNot"/> is null.</param>
    public TrustPolicy With(KeyChange change) => Logs.Any(log => log.Key == change.New)
        ? this
        : new TrustPolicy([.. Logs, new PolicyLog(change.New, Logs.First(log => log.Key == change.Old).Url)], Witnesses, Groups, Quorum);

    /// <summary>
    /// The policy's text with one more key of a ledger that it names: a line after the old key's, with the same address.
    /// Nothing else changes, comments included.
    /// </summary>
    /// <param name="text">A policy.</param>
    /// <param name="old">A key that it names.</param>
    /// <param name="added">A key that it does not name.</param>
    /// <exception cref="MalformedException">Not a policy, or none any more with that line.</exception>
    public static string WithLog(string text, VerifierKey old, VerifierKey added)
    {
        var log = Parse(text).Logs.FirstOrDefault(log => log.Key == old)
            ?? throw new ArgumentException("The policy does not name the old key.", nameof(old));
        var lines = text.Split('\n').ToList();
        var at = lines.FindIndex(line => PolicyReader.Words(line) is ["log", var key, ..] && key == old.ToString());
        lines.Insert(at + 1, log.Url is null ? $"log {added}" : $"log {added} {log.Url}");
        var extended = string.Join('\n', lines);
        Parse(extended);
        return extended;
    }

    /// <summary>
    /// Whether enough witnesses have cosigned the note. A bad cosignature in the name of one that the policy knows
    /// condemns the note (C2SP signed-note), quorum or not.
    /// </summary>
    public bool QuorumMet(SignedNote note)
    {
        var results = Witnesses.ToLookup(witness => note.Check(witness.Key), witness => witness.Name);
        return !results.Contains(NoteCheck.Invalid) && QuorumMet(results[NoteCheck.Valid]);
    }

    /// <summary>Whether these witnesses, each by its name in the policy, make up the quorum; under <c>quorum none</c> always.</summary>
    public bool QuorumMet(IEnumerable<string> cosigners)
    {
        if (Quorum is null)
            return true;
        var witnessed = new HashSet<string>(cosigners, StringComparer.Ordinal);
        // A group names only what stands above it, so one pass from the top decides them all.
        foreach (var group in Groups)
        {
            if (group.Members.Count(witnessed.Contains) >= group.Threshold)
                witnessed.Add(group.Name);
        }

        return witnessed.Contains(Quorum);
    }
}
