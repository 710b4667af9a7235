using Notary.Core;

namespace Notary.Cli;

/// <summary>A checkpoint that a trusted ledger signed: from here on its signer cannot deny it.</summary>
/// <param name="Checkpoint">What it says.</param>
/// <param name="Note">With its signatures.</param>
/// <param name="Key">The trusted key that signed it.</param>
internal sealed record SeenCheckpoint(Checkpoint Checkpoint, SignedNote Note, VerifierKey Key)
{
    public ulong Size => Checkpoint.Size;

    public Hash Root => Checkpoint.Root;

    /// <param name="bytes">The note.</param>
    /// <param name="place">Where it came from, to be said.</param>
    /// <param name="trust">Whose signature counts.</param>
    /// <exception cref="CliException">Exit code 4: not a checkpoint. Exit code 1: no trusted ledger signed it.</exception>
    public static SeenCheckpoint Read(ReadOnlySpan<byte> bytes, string place, TrustPolicy trust)
    {
        try
        {
            return Read(SignedNote.Parse(StrictText.Decode("checkpoint", bytes)), place, trust);
        }
        catch (MalformedException exception)
        {
            throw new CliException(ExitCode.Server, $"{place}: {exception.Message}");
        }
    }

    /// <exception cref="MalformedException">Not a checkpoint.</exception>
    /// <exception cref="CliException">Exit code 1: no trusted ledger signed it.</exception>
    public static SeenCheckpoint Read(SignedNote note, string place, TrustPolicy trust)
    {
        var checkpoint = Checkpoint.Parse(note.Text);
        var keys = trust.Logs.Select(log => log.Key).Where(key => key.Name == checkpoint.Origin).ToList();
        if (keys.Count == 0)
            throw new CliException(
                ExitCode.Failed,
                $"{place}: is of the ledger {checkpoint.Origin}, which the trust file does not know",
                "a trust file is written by: notary trust --server URL --out FILE");
        // A bad signature in the name of a key that is known condemns the note, whoever else signed it.
        var checks = keys.ToLookup(note.Check);
        return !checks.Contains(NoteCheck.Invalid) && checks[NoteCheck.Valid].FirstOrDefault() is { } signer
            ? new SeenCheckpoint(checkpoint, note, signer)
            : throw new CliException(ExitCode.Failed, $"{place}: is not signed by the key of {checkpoint.Origin} in the trust file");
    }

    /// <summary>The same tree; the signatures may differ.</summary>
    public bool Same(SeenCheckpoint other) => Checkpoint == other.Checkpoint;

    public override string ToString() => Note.ToString();
}
