using System.Text.Json;
using Notary.Core;

namespace Notary.Cli;

/// <summary>What a monitor remembers from one visit to the next: <c>state.json</c> in its folder.</summary>
internal sealed record MonitorState
{
    /// <summary>The format's name: another one is refused.</summary>
    public string Format { get; init; } = CurrentFormat;

    /// <summary>The newest checkpoint whose tree was seen to continue every earlier one; null before the first.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>A newer one whose tree has not been served yet: its signer cannot take it back.</summary>
    public string? Pending { get; init; }

    /// <summary>When this monitor first saw the checkpoint, by its own clock.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>Entries that were read, from the start.</summary>
    public ulong Read { get; init; }

    /// <summary>The newest time that an entry carries, by the operator's clock.</summary>
    public DateTimeOffset? Received { get; init; }

    /// <summary>Records of the audit log, as the newest head says.</summary>
    public ulong AuditRecords { get; init; }

    /// <summary>The files of the uuid index.</summary>
    public IReadOnlyList<UuidRunName> Uuids { get; init; } = [];

    /// <summary>The ledger's keys as the entries that were read name them, the first one first; null when entry 0 was read by an older version.</summary>
    public IReadOnlyList<string>? Keys { get; init; }

    /// <summary>Proofs of key changes that were followed: the ledger need not show them again.</summary>
    public IReadOnlyList<string> KeyChanges { get; init; } = [];

    /// <summary>Breaches by entries, which stay on the ledger and so are told at every visit.</summary>
    public IReadOnlyList<Finding> Breaches { get; init; } = [];

    /// <summary>Breaches beyond those that are kept.</summary>
    public long MoreBreaches { get; init; }

    private const string CurrentFormat = "notary.monitor/v1";
    private const string Name = "state.json";
    private const int MaxBytes = 4 << 20;
    private const int MaxBreaches = 100;

    /// <summary>The state in a folder; an empty one when there is none yet.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static MonitorState Load(string folder)
    {
        var path = Path.Join(folder, Name);
        if (!File.Exists(path))
            return new MonitorState();
        try
        {
            var state = JsonSerializer.Deserialize<MonitorState>(InputFile.ReadAll(path, MaxBytes, "a monitor's state"));
            if (state is { Format: CurrentFormat, Uuids: not null, Breaches: not null, KeyChanges: not null })
                return state;
        }
        catch (JsonException)
        {
        }

        throw CliException.Input($"{path}: is not a monitor's state", "begin anew with an empty state folder; the ledger is then read again from its start");
    }

    /// <summary>Replaces the state; when it returns it outlives a power cut, with every file that it names.</summary>
    public void Save(string folder)
    {
        NativeFile.FlushFolder(folder);
        DurableFile.Replace(Path.Join(folder, Name), DurableFile.Private, JsonSerializer.SerializeToUtf8Bytes(this));
    }

    /// <summary>With more breaches, of which only so many are kept.</summary>
    public MonitorState With(IReadOnlyList<Finding> breaches)
    {
        var kept = Breaches.Concat(breaches).Take(MaxBreaches).ToList();
        return this with { Breaches = kept, MoreBreaches = MoreBreaches + Breaches.Count + breaches.Count - kept.Count };
    }

    /// <summary>A <see cref="KeyChangeSource"/> of what was followed before.</summary>
    /// <exception cref="MalformedException">The state was altered.</exception>
    public Task<KeyChangeProof?> ReadKeyChangeAsync(VerifierKey old, CancellationToken cancellation) =>
        Task.FromResult(KeyChanges.Select(KeyChangeProof.Parse).FirstOrDefault(change => change.Change.Old == old));

    /// <summary>With the changes that were followed.</summary>
    public MonitorState With(Followed followed) =>
        this with { KeyChanges = [.. KeyChanges.Union(followed.Changes.Select(change => change.ToText()), StringComparer.Ordinal)] };

    /// <summary>The checkpoint again, under the keys that are trusted now.</summary>
    /// <exception cref="CliException">They do not trust it.</exception>
    public SeenCheckpoint? Known(TrustPolicy trust) => Parse(Checkpoint, trust);

    /// <summary>The pending one again.</summary>
    /// <exception cref="CliException">As <see cref="Known"/>.</exception>
    public SeenCheckpoint? Awaited(TrustPolicy trust) => Parse(Pending, trust);

    private static SeenCheckpoint? Parse(string? note, TrustPolicy trust) =>
        note is null ? null : SeenCheckpoint.Read(StrictText.Encode(note), "the checkpoint of an earlier visit", trust);
}
