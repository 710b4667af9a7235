namespace Notary.Core;

/// <summary>
/// Reads a tlog-policy line by line. Words are divided by spaces and tabs only; every rule of the format that could
/// make two readers understand one file differently is an error that names its line.
/// </summary>
internal sealed class PolicyReader
{
    private const string None = "none";
    private static readonly char[] WhiteSpace = [' ', '\t'];

    private readonly List<PolicyLog> logs = [];
    private readonly List<PolicyWitness> witnesses = [];
    private readonly List<PolicyGroup> groups = [];

    // Witnesses and groups share one space of names.
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    // A name is a member of one group at most, so that no witness counts twice.
    private readonly HashSet<string> members = new(StringComparer.Ordinal);
    private bool hasQuorum;
    private string? quorum;
    private int line;

    public TrustPolicy Read(string text)
    {
        if (!text.EndsWith('\n'))
            throw Malformed(0, null, "does not end in a line feed: it is empty or was cut off");
        foreach (var content in text[..^1].Split('\n'))
        {
            line++;
            RefuseControls(content);
            var words = Words(content);
            if (words.Length > 0 && words[0][0] != '#')
                ReadLine(words);
        }

        return hasQuorum
            ? new TrustPolicy(logs, witnesses, groups, quorum)
            : throw Malformed(0, "quorum", "is missing; write 'quorum none' to ask for no cosignatures");
    }

    public static MalformedException Malformed(int line, string? field, string problem) =>
        new("trust policy", line == 0 ? field : $"line {line}" + (field is null ? "" : $": {field}"), problem);

    /// <summary>Whether a value stands in a line as one word.</summary>
    public static bool IsWord(string value) =>
        value.Length > 0 && !value.Contains(' ', StringComparison.Ordinal) && !value.Any(IsControl);

    public static string[] Words(string line) => line.Split(WhiteSpace, StringSplitOptions.RemoveEmptyEntries);

    private static bool IsControl(char c) => c is < ' ' or '\x7F';

    private void RefuseControls(string content)
    {
        foreach (var c in content)
        {
            if (c == '\r')
                throw Malformed(line, null, "holds a carriage return; lines end in a line feed alone");
            if (IsControl(c) && c != '\t')
                throw Malformed(line, null, $"holds the control character U+{(int)c:X4}");
        }
    }

    private void ReadLine(string[] words)
    {
        switch (words[0])
        {
            case "log":
                ReadLog(words);
                break;
            case "witness":
                ReadWitness(words);
                break;
            case "group":
                ReadGroup(words);
                break;
            case "quorum":
                ReadQuorum(words);
                break;
            default:
                throw Malformed(line, null, "begins with none of log, witness, group, quorum, #");
        }
    }

    private void ReadLog(string[] words)
    {
        RequireLength(words, 2, 3, "log <vkey> [<url>]");
        var key = ReadKey(words[1], KeyAlgorithm.Ed25519, "a ledger's key is of type 0x01, Ed25519");
        // The key's name is the origin that its checkpoints are held against.
        if (!TextRules.IsOrigin(key.Name))
            throw Malformed(line, "key", "has a name that is no ledger's origin: 1 to 255 characters of [a-z0-9./:-]");
        if (logs.Any(log => SameKey(log.Key, key)))
            throw Malformed(line, "key", "is the key of a log above");
        RefuseOwnWitness(witnesses.Any(witness => SameKey(witness.Key, key)));
        logs.Add(new PolicyLog(key, words.ElementAtOrDefault(2)));
        RequireRoom(logs.Count, "logs");
    }

    private void ReadWitness(string[] words)
    {
        RequireLength(words, 3, 4, "witness <name> <vkey> [<url>]");
        var key = ReadKey(words[2], KeyAlgorithm.Cosignature, "a witness's key is of type 0x04, cosignature");
        // One key under two names would count twice in a quorum.
        if (witnesses.Any(witness => SameKey(witness.Key, key)))
            throw Malformed(line, "key", "is the key of a witness above");
        RefuseOwnWitness(logs.Any(log => SameKey(log.Key, key)));
        Define(words[1]);
        witnesses.Add(new PolicyWitness(words[1], key, words.ElementAtOrDefault(3)));
        RequireRoom(witnesses.Count, "witnesses");
    }

    private void ReadGroup(string[] words)
    {
        RequireLength(words, 4, int.MaxValue, "group <name> all|any|<k> <member>...");
        var group = words[3..];
        foreach (var member in group)
        {
            RequireDefined(member);
            if (!members.Add(member))
                throw Malformed(line, "member", $"'{TextRules.Escape(member)}' is a member already; a name is in one group at most, once");
        }

        // Defined after its members: a group is not its own member.
        Define(words[1]);
        groups.Add(new PolicyGroup(words[1], ReadThreshold(words[2], group.Length), group));
        RequireRoom(groups.Count, "groups");
    }

    // Stricter than tlog-policy: a ledger that cosigns its own checkpoints would count as an independent time.
    private void RefuseOwnWitness(bool same)
    {
        if (same)
            throw Malformed(line, "key", "is the key of a log and of a witness; a ledger is no witness of itself");
    }

    private int ReadThreshold(string word, int size)
    {
        if (word is "all" or "any")
            return word == "all" ? size : 1;
        return Decimals.TryParse(word, out var k) && k >= 1 && k <= (ulong)size
            ? (int)k
            : throw Malformed(line, "threshold", $"is not all, any or a number from 1 to {size}");
    }

    private void ReadQuorum(string[] words)
    {
        RequireLength(words, 2, 2, "quorum <name>|none");
        if (hasQuorum)
            throw Malformed(line, "quorum", "is the second; a policy has exactly one");
        if (words[1] != None)
            RequireDefined(words[1]);
        hasQuorum = true;
        quorum = words[1] == None ? null : words[1];
    }

    private VerifierKey ReadKey(string vkey, KeyAlgorithm algorithm, string expected)
    {
        if (!VerifierKey.TryParse(vkey, out var key, out var problem))
            throw Malformed(line, "key", problem!);
        return key!.Algorithm == algorithm ? key : throw Malformed(line, "key", $"is of another type: {expected}");
    }

    private void Define(string name)
    {
        if (name == None)
            throw Malformed(line, "name", "'none' is reserved");
        if (!names.Add(name))
            throw Malformed(line, "name", $"'{TextRules.Escape(name)}' is defined above already");
    }

    private void RequireDefined(string name)
    {
        if (!names.Contains(name))
            throw Malformed(line, "name", $"'{TextRules.Escape(name)}' is no witness or group of a line above");
    }

    private void RequireLength(string[] words, int least, int most, string form)
    {
        if (words.Length < least || words.Length > most)
            throw Malformed(line, null, $"is not of the form '{form}'");
    }

    private void RequireRoom(int count, string what)
    {
        if (count > TrustPolicy.MaxOfAKind)
            throw Malformed(line, null, $"is one more than {TrustPolicy.MaxOfAKind} {what}");
    }

    private static bool SameKey(VerifierKey one, VerifierKey other) => one.PublicKey.Span.SequenceEqual(other.PublicKey.Span);
}
