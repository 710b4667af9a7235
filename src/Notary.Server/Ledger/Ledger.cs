using System.Text;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// An open ledger: the one object that the gRPC and HTTP services talk to. Safe for concurrent use.
/// </summary>
public sealed class Ledger : IAsyncDisposable
{
    internal const string UuidTaken = "the uuid is taken by another deposit";
    internal const string RecordsLost =
        "the uuid is on the ledger, but the private records of its deposit were lost, so that nobody can tell whether this is the same request;"
        + " its certificate can be read without claims and request";

    private const int MaximumPage = 1_000;
    private static readonly TimeSpan MarkInterval = TimeSpan.FromSeconds(1);

    private readonly LedgerOptions options;
    private readonly LedgerParts parts;
    private readonly ILedgerStore store;
    private readonly HighWaterMark mark;
    private readonly Sequencer sequencer;
    private readonly TreeReader tree;
    private readonly Salts salts;
    private readonly ILogger logger;
    private readonly ITimer markTimer;
    private int isDisposed;

    private Ledger(LedgerOptions options, LedgerParts parts, TokenStore? tokens, ILogger logger)
    {
        (this.options, this.parts, store, mark, tree) = (options, parts, parts.Store, parts.Mark, parts.Tree);
        this.logger = logger;
        Anchors = new AnchorFolder(parts.Folder.Anchors, (file, problem) => LogMessages.AnchorUnreadable(logger, parts.Opened.Key.Verifier.Name, file, problem));
        Tokens = tokens;
        var (head, key, _, _) = parts.Opened;
        Key = key.Verifier;
        sequencer = new Sequencer(store, mark, key, head, parts.Cache, options, logger, Instruments);
        salts = new Salts(options.Randomness);
        markTimer = options.TimeProvider.CreateTimer(SyncMark, null, MarkInterval, MarkInterval);
        Instruments.Watch(this);
    }

    /// <summary>The ledger's name, also the name of its key.</summary>
    public string Origin => Key.Name;

    /// <summary>The key that signs its checkpoints.</summary>
    public VerifierKey Key { get; }

    /// <summary>Every key that it has had, the first one first.</summary>
    public IReadOnlyList<VerifierKey> Keys => parts.Opened.Keys.Chain.Keys;

    /// <summary>The last signed checkpoint; its size is at least 1.</summary>
    public SignedCheckpoint Latest => sequencer.Head.Signed;

    public LedgerHealth Health => sequencer.Health;

    /// <summary>The time that the newest entry carries.</summary>
    public DateTimeOffset Received => sequencer.Head.Stored.Received;

    /// <summary>Time since the newest entry, by the ledger's clock; negative while that is behind.</summary>
    internal TimeSpan Age => options.TimeProvider.GetUtcNow() - Received;

    internal Instruments Instruments { get; } = new();

    internal int QueueDepth => sequencer.QueueDepth;

    internal int QueueCapacity => options.QueueCapacity;

    /// <summary>The ledger's roots on their way into Bitcoin.</summary>
    internal AnchorFolder Anchors { get; }

    internal string DataDirectory => parts.Folder.Folder;

    internal DataFolder Folder => parts.Folder;

    /// <summary>The outside authorities' tokens; null where there have never been any.</summary>
    internal TokenStore? Tokens { get; private set; }

    /// <summary>The time that may be told to others: where entries would be dated, and not by a millisecond before the newest one.</summary>
    internal ClockReading ReadClock() => sequencer.Clock is var reading && reading.Refusal is null && reading.Time < Received
        ? reading with { Refusal = new LedgerHealth(LedgerState.ClockBehind, "the clock of this server is behind what it told before") }
        : reading;

    /// <summary>Has the clock's state written on the ledger; false: it could not be.</summary>
    internal async Task<bool> RecordClockAsync(ClockObservation observation)
    {
        var log = Hash.Of(observation.Log.Span);
        var entry = new OwnEntry(at => new ClockRecord(Origin, at, observation.State, observation.BoundMilliseconds, log).ToText())
        {
            Record = observation.Log,
            TellsOfTheClock = true,
        };
        return await sequencer.AddAsync(entry).ConfigureAwait(false) is not null;
    }

    /// <summary>
    /// Ends, with the reason, when the ledger has stopped itself after a fatal error. The process must stop then: opening
    /// again is the one recovery path. Never ends otherwise.
    /// </summary>
    public Task<Exception> Failure => sequencer.Failure;

    /// <summary>Opens the ledger of the folder, or creates it.</summary>
    /// <exception cref="LedgerRefusedException">It must not or cannot be opened; the message says what to do.</exception>
    public static Ledger Open(LedgerOptions options, ILogger<Ledger> logger)
    {
        var parts = LedgerParts.Open(options, logger);
        LogMessages.LedgerOpened(logger, parts.Opened.Key.Verifier.Name, parts.Opened.Head.Size);
        return new Ledger(options, parts, OpenTokens(parts), logger);
    }

    /// <summary>
    /// Puts a deposit on the ledger. Idempotent by the request's uuid: the same bytes of the same account get the same
    /// statement and claims again. Cancelling ends the waiting, not the deposit.
    /// </summary>
    /// <param name="depositor">The caller, as authenticated.</param>
    /// <param name="request">The request bytes (formats §2).</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="MalformedException">
    /// The request breaks a rule of its format, names another ledger or account, or is not signed as the account has it.
    /// </exception>
    public async Task<DepositResult> DepositAsync(Depositor depositor, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        var parsed = RequestBytes.Parse(request);
        Check(parsed, depositor.Account);
        var key = depositor.CheckSignature(parsed, options.TimeProvider.GetUtcNow());
        var pending = new PendingDeposit(parsed, WriteClaims(depositor, parsed, key));
        if (sequencer.TryAdd(pending) is { } refused)
            return new DepositResult(refused, null, refused == DepositOutcome.QueueFull ? "too many deposits wait" : "the ledger is stopping");
        var sequenced = await pending.Task.WaitAsync(cancellation).ConfigureAwait(false);
        if (sequenced.Outcome != DepositOutcome.Issued)
            return new DepositResult(sequenced.Outcome, null, sequenced.Reason);
        if (sequenced.Batch is not { } batch)
            return Repeat(depositor.Account, parsed, sequenced.Index);
        // Of equal deposits in one batch the first was written, and its claims go with its statement.
        var certificate = new IssuedCertificate(
            batch.Entry(sequenced.Index), sequenced.First!.Claims, parsed.Bytes, batch.Proof(sequenced.Index));
        return new DepositResult(DepositOutcome.Issued, certificate, null, sequenced.Index);
    }

    /// <summary>Puts a head of the audit log on the ledger; where it stands, or null when it was not written.</summary>
    /// <param name="head">The head, given the time that it carries. Its records are durable already: no head is ahead of its log.</param>
    internal Task<ulong?> RecordAuditAsync(Func<DateTimeOffset, AuditHead> head) =>
        sequencer.AddAsync(new OwnEntry(now => head(now).ToText()) { Account = AuditIndex.Account });

    /// <summary>The heads of the audit log that are on the ledger, the newest first.</summary>
    /// <exception cref="StoreDamagedException">An entry is not what was signed.</exception>
    internal IEnumerable<(ulong Index, AuditHead Head)> AuditHeads() => AuditIndex.Newest(store, tree, sequencer.Head);

    /// <summary>The certificate of a deposit with a proof against the latest checkpoint, or null when there is none.</summary>
    /// <param name="account">The caller's account: claims and request are withheld from every account but the depositing one.</param>
    /// <param name="deposit">The uuid.</param>
    public IssuedCertificate? GetCertificate(string account, DepositId deposit)
    {
        var head = sequencer.Head;
        // An entry beyond the published head is durable but not answered yet: it is not there yet.
        if (store.FindDeposit(deposit) is not { } index || index >= head.Size)
            return null;
        return Certify(head, ReadRecord(head, index), account) with { Index = index, Timestamps = FindTimestamps(head, index) };
    }

    /// <summary>
    /// Where a deposit stands on the ledger, or null when it is not there. Public: the uuid is in the entry, which everybody may read.
    /// </summary>
    public ulong? FindDeposit(DepositId deposit) => store.FindDeposit(deposit) is { } index && index < sequencer.Head.Size ? index : null;

    /// <param name="account">Whose deposits.</param>
    /// <param name="pageSize">1 to 1,000.</param>
    /// <param name="before">Only entries below this index; null begins with the newest.</param>
    public DepositPage ListDeposits(string account, int pageSize, ulong? before)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, MaximumPage);
        var head = sequencer.Head;
        var indexes = store.ListAccount(account, Math.Min(before ?? head.Size, head.Size), pageSize + 1);
        var page = new List<DepositSummary>(Math.Min(indexes.Count, pageSize));
        for (var i = 0; i < indexes.Count && page.Count < pageSize;)
        {
            // Neighbours are read together: they mostly share a row.
            var run = 1;
            while (i + run < indexes.Count && page.Count + run < pageSize && indexes[i + run] == indexes[i] - (ulong)run)
                run++;
            var entries = tree.Entries(head, indexes[i] - (ulong)run + 1, run, withRecords: true);
            page.AddRange(entries.Reverse().Select(entry => Summarize(entry, account)));
            i += run;
        }

        return new DepositPage(page, indexes.Count > pageSize ? indexes[pageSize - 1] : null);
    }

    /// <param name="first">At least 1.</param>
    /// <param name="second">At least <paramref name="first"/>, at most the latest size; 0 is the latest size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sizes are not 1 ≤ first ≤ second ≤ latest.</exception>
    public ConsistencyProof ProveConsistency(ulong first, ulong second)
    {
        var head = sequencer.Head;
        var larger = second == 0 ? head.Size : second;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(larger, head.Size, nameof(second));
        var path = MerkleTree.Consistency(first, larger, tree.At(head));
        return new ConsistencyProof(larger, path, larger == head.Size ? head.Signed : null);
    }

    /// <summary>The proof by which whoever trusts the key follows the ledger to its next one; null when there is none to give.</summary>
    public KeyChangeProof? FindKeyChange(VerifierKey old) => parts.Opened.Keys.Find(tree, sequencer.Head, key => key == old);

    /// <summary>As <see cref="FindKeyChange(VerifierKey)"/>, by the key's id: no two keys of a ledger share one.</summary>
    public KeyChangeProof? FindKeyChange(uint keyId) => parts.Opened.Keys.Find(tree, sequencer.Head, key => key.KeyId == keyId);

    /// <summary>The earliest root in Bitcoin that includes a deposit's entry, or what is awaited; null when there is no such deposit.</summary>
    /// <exception cref="IOException">What is kept of the root cannot be read.</exception>
    /// <exception cref="MalformedException">As before.</exception>
    internal AnchoredEntry? FindAnchor(DepositId deposit)
    {
        var head = sequencer.Head;
        if (store.FindDeposit(deposit) is not { } index || index >= head.Size)
            return null;
        if (Anchors.FindInBitcoin(index) is not { Complete: { } timestamp } anchor)
            return new AnchoredEntry(index, null, Anchors.FindPending(index));
        // Compared with the tree before it is handed out: an anchor may have been copied here from another ledger.
        var path = anchor.Size <= head.Size ? MerkleTree.Inclusion(index, anchor.Size, tree.At(head)) : [];
        if (MerkleTree.VerifyInclusion(index, anchor.Size, tree.Node(head, 0, index), path, anchor.Root))
            return new AnchoredEntry(index, new LedgerTimestamp(index, anchor.Size, path, timestamp), 0);
        LogMessages.AnchorForeign(logger, Origin, anchor.Size);
        return new AnchoredEntry(index, null, 0);
    }

    /// <summary>A tile or entry bundle of C2SP tlog-tiles, full or partial, or null when no checkpoint covers it yet.</summary>
    public ReadOnlyMemory<byte>? ReadTile(TileId tile) => tree.Read(sequencer.Head, tile);

    /// <summary>
    /// Takes no more deposits: later ones are answered <see cref="DepositOutcome.Stopped"/>. Ends when those that wait are
    /// answered. Everything that is only read still is.
    /// </summary>
    public Task DrainAsync() => sequencer.StopAsync();

    /// <summary>Answers what waits, then closes. Deposits that come later are answered <see cref="DepositOutcome.Stopped"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
            return;
        await sequencer.StopAsync().ConfigureAwait(false);
        await markTimer.DisposeAsync().ConfigureAwait(false);
        Instruments.Dispose();
        SyncMark(null);
        Tokens?.Dispose();
        parts.Dispose();
    }

    /// <summary>The store of tokens, made if it is not there. Called before anybody reads.</summary>
    /// <exception cref="LedgerRefusedException">It cannot be opened.</exception>
    internal TokenStore UseTokens() => Tokens ??= OpenTokens(Folder.Timestamps);

    private static TokenStore? OpenTokens(LedgerParts parts)
    {
        try
        {
            return File.Exists(parts.Folder.Timestamps) ? OpenTokens(parts.Folder.Timestamps) : null;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    private static TokenStore OpenTokens(string path)
    {
        try
        {
            return TokenStore.Open(path);
        }
        catch (StoreException e)
        {
            throw new LedgerRefusedException(
                $"the time-stamps over this ledger's checkpoints cannot be read: {e.Message}",
                "put the file back from a copy, or move it away: the ledger is whole without it, but hands out no time-stamp that was in it");
        }
    }

    private void Check(RequestBytes request, string account)
    {
        const string document = "notary.request/v1";
        if (request.Request.Ledger != Origin)
            throw new MalformedException(document, "ledger", $"is not this ledger, which is {Origin}");
        if (request.Request.Account != account)
            throw new MalformedException(document, "account", $"is not the caller's account, which is {account}");
    }

    /// <summary>What the server has checked of the caller, and nothing else.</summary>
    private byte[] WriteClaims(Depositor depositor, RequestBytes request, VerifierKey? key)
    {
        var claims = new Claims
        {
            Salt = salts.Next(),
            Account = depositor.Account,
            Depositor = depositor.Name,
            Identity = depositor.Identity,
            Verified = depositor.Verified,
            Key = key,
            Request = request.Hash,
        };
        return Encoding.UTF8.GetBytes(claims.ToText());
    }

    /// <summary>The uuid is on the ledger: the same bytes of the same account get what they got, everybody else nothing.</summary>
    private DepositResult Repeat(string account, RequestBytes request, ulong index)
    {
        var head = sequencer.Head;
        var record = ReadRecord(head, index);
        return record.Request.Span.SequenceEqual(request.Bytes.Span)
            ? new DepositResult(DepositOutcome.Issued, Certify(head, record, account), null, index)
            : new DepositResult(DepositOutcome.AlreadyExists, null, LostRecords.Are(record) ? RecordsLost : UuidTaken);
    }

    private IReadOnlyList<IssuedTimestamp> FindTimestamps(LedgerHead head, ulong index) => Tokens is null ? [] :
    [
        // A ledger that was restored from a backup may know tokens over what it does not hold yet.
        .. Tokens.Find(index).Where(token => token.Size <= head.Size).OrderBy(token => token.Size).Take(EvidenceLimits.Timestamps).Select(token => new IssuedTimestamp(
            token.Token, ProofText.Print(index, MerkleTree.Inclusion(index, token.Size, tree.At(head)), token.Checkpoint.Span))),
    ];

    private StoredEntry ReadRecord(LedgerHead head, ulong index) => tree.Entries(head, index, 1, withRecords: true)[0];

    private IssuedCertificate Certify(LedgerHead head, StoredEntry entry, string account)
    {
        var proof = ProofText.Print(
            entry.Index, MerkleTree.Inclusion(entry.Index, head.Size, tree.At(head)), head.Signed.Note.Span);
        return IsDepositorOf(entry, account)
            ? new IssuedCertificate(entry.Entry, entry.Claims, entry.Request, proof)
            : new IssuedCertificate(entry.Entry, default, default, proof);
    }

    /// <summary>Whether the claims name the account and are the ones that the statement commits to.</summary>
    private static bool IsDepositorOf(StoredEntry entry, string account)
    {
        if (entry.Claims.IsEmpty || LostRecords.Are(entry))
            return false;
        var statement = Statement.Parse(Encoding.UTF8.GetString(entry.Entry.Span));
        if (statement.Claims != Hash.Of(entry.Claims.Span))
            throw new StoreDamagedException($"entry {entry.Index}", "has claims that it does not commit to", entry.Index + 1);
        var claims = Claims.Parse(Encoding.UTF8.GetString(entry.Claims.Span));
        if (claims.Request != Hash.Of(entry.Request.Span))
            throw new StoreDamagedException($"entry {entry.Index}", "has a request that its claims do not commit to", entry.Index + 1);
        return claims.Account == account;
    }

    private static DepositSummary Summarize(StoredEntry entry, string account)
    {
        var statement = Statement.Parse(Encoding.UTF8.GetString(entry.Entry.Span));
        var request = IsDepositorOf(entry, account) ? RequestBytes.Parse(entry.Request).Request : null;
        return new DepositSummary(statement.Deposit, entry.Index, statement.Received, statement.Commitment, request);
    }

    private void SyncMark(object? state)
    {
        try
        {
            options.AtStep?.Invoke(DurableStep.SyncMark, StepMoment.Before);
            mark.Sync();
            options.AtStep?.Invoke(DurableStep.SyncMark, StepMoment.After);
        }
        catch (IOException e)
        {
            // After a failed fsync nobody knows what the file holds.
            sequencer.Fail(e);
        }
    }
}
