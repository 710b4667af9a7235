using Notary.Core;

namespace Notary.Cli;

/// <summary>Whom the user trusts, and where that stands.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Text">Its text, which a pending run keeps.</param>
/// <param name="Place">The file, to be said.</param>
internal sealed record Trust(TrustPolicy Policy, string Text, string Place)
{
    private const string PinnedName = "trust";

    /// <summary>The origin when the policy knows one ledger alone, else null.</summary>
    public string? OnlyOrigin => Policy.Logs is [var log] ? log.Key.Name : null;

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

    /// <summary>Trust in what a server says of itself, for lack of anything better.</summary>
    public static Trust OnFirstUse(LedgerInfo ledger, string server, string outputFolder) =>
        Parse(TrustPolicy.Format(ledger.Key, server), PinPath(outputFolder));
}
