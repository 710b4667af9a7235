using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary>Whom the user trusts, and where that stands.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Text">Its text, which a pending run keeps.</param>
/// <param name="Place">The file, to be said.</param>
internal sealed record Trust(TrustPolicy Policy, string Text, string Place)
{
    private const string PinnedName = "trust";

    /// <summary>The file, as a report names it.</summary>
    public NamedFile File => new(Path.GetFileName(Place), Hash.Of(StrictText.Encode(Text)));

    /// <summary>The origin when the policy knows one ledger alone, under however many keys; else null.</summary>
    public string? OnlyOrigin => Policy.Logs.Select(log => log.Key.Name).Distinct(StringComparer.Ordinal).ToList() is [var name] ? name : null;

    /// <summary>
    /// Whether a checkpoint is of a ledger that the policy names, and signed by none of its keys that the policy knows: a
    /// forgery, or a ledger that has changed its key since.
    /// </summary>
    public static bool LacksKeyOf(TrustPolicy policy, SignedNote note)
    {
        var origin = note.Text.Split('\n')[0];
        var known = policy.Logs.Select(log => log.Key).Where(key => key.Name == origin).ToList();
        return known.Count > 0 && known.TrueForAll(key => note.Check(key) == NoteCheck.Absent);
    }

    public static string PinPath(string outputFolder) => Path.Join(outputFolder, PinnedName);

    /// <exception cref="CliException">The file cannot be read or is not a trust policy.</exception>
    public static Trust Read(string path)
    {
        var bytes = InputFile.ReadAll(path, TrustPolicy.MaxBytes, "a trust file");
        try
        {
            return Parse(StrictText.Decode("trust policy", bytes), path);
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}", "a trust file is written by: notary trust --server URL --out FILE");
        }
    }

    /// <exception cref="MalformedException">Not a trust policy.</exception>
    public static Trust Parse(string text, string place) => new(TrustPolicy.Parse(text), text, place);

    /// <summary>The trust of a run: the file given, else the key pinned in the output folder, else null.</summary>
    public static Trust? Find(string? given, string outputFolder)
    {
        if (given is not null)
            return Read(given);
        var pinned = PinPath(outputFolder);
        return Path.Exists(pinned) ? Read(pinned) : null;
    }

    /// <summary>Adds keys to the file, as far as it does not name them yet: whoever reads it sees the old or the new whole.</summary>
    /// <exception cref="CliException">It cannot be read any more, or not be written.</exception>
    public static void Update(string path, IEnumerable<KeyChange> changes)
    {
        // Read again: another run may have added a key meanwhile.
        var trust = Read(path);
        foreach (var change in changes.Where(change => trust.Policy.Logs.All(log => log.Key != change.New)))
            trust = Parse(TrustPolicy.WithLog(trust.Text, change.Old, change.New), path);
        try
        {
            DurableFile.Replace(path, DurableFile.Public, StrictText.Encode(trust.Text));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"{path}: cannot be written: {FileSource.Reason(exception)}");
        }
    }

    /// <summary>Writes the file, which is not there, and tells of it.</summary>
    public void Pin(Terminal terminal, string words)
    {
        DurableFile.Create(Place, DurableFile.Public, stream => stream.Write(StrictText.Encode(Text)));
        terminal.Line(words);
        foreach (var log in Policy.Logs)
            terminal.Line($"  {log.Key}");
        terminal.Line("  compare it with what the operator publishes, or give --trust FILE");
    }

    /// <summary>Trust in what a server says of itself, for lack of anything better.</summary>
    public static Trust OnFirstUse(LedgerInfo ledger, string server, string outputFolder) =>
        Parse(TrustPolicy.Format(ledger.Key, server), PinPath(outputFolder));
}
