using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// From a folder to a verified head, creating what a first start creates. The order of a first start is: mark, key,
/// database with entry 0. A crash between any two leaves something that the next start completes: a mark of size 0 with
/// nothing, or with a key, says that no checkpoint was ever signed. Every other combination in which something is missing
/// means that somebody lost it, and is refused.
/// </summary>
internal sealed class LedgerOpening(DataFolder folder, LedgerOptions options, ILogger logger)
{
    private const int VerifyingTiles = 16;

    /// <summary>The key files; on a first start the key is made.</summary>
    public KeyFiles OpenKeys()
    {
        if (options.Origin is { } origin && !TextRules.IsOrigin(origin))
            throw new LedgerRefusedException(
                $"'{TextRules.Escape(origin)}' is not a ledger's name",
                $"give 1 to {Limits.OriginBytes} characters of [a-z0-9./:-], such as ledger.example.org/main");
        var existing = LedgerKey.Load(folder.Key);
        if (!File.Exists(folder.Mark))
            CreateMark(existing);
        var signed = HighWaterMark.Read(folder.Mark).Length > 0;
        if (existing is null)
            return new KeyFiles(CreateKey(signed), null);
        if (options.Origin is { } given && given != existing.Verifier.Name)
            throw new LedgerRefusedException(
                $"the ledger in {folder.Folder} is {existing.Verifier.Name}, not {given}",
                "a ledger keeps its first name: leave the origin out, or give another folder");
        if (signed && !File.Exists(folder.Database))
            throw NoEntries("missing");
        return new KeyFiles(existing, LedgerKey.Load(folder.NextKey));
    }

    /// <summary>
    /// The verified head, the key that signs what follows, and the keys before it; entry 0 is written if nothing has been. A
    /// key change that was interrupted is settled.
    /// </summary>
    public OpenedHead OpenHead(ILedgerStore store, TreeReader tree, KeyFiles files, HighWaterMark mark)
    {
        try
        {
            if (store.ReadHead() is not { } stored)
            {
                if (mark.Note.Length > 0)
                    throw NoEntries("empty");
                stored = WriteGenesis(store, files.Current).Stored;
            }

            // By the key that its own entries name: whether that is the key at hand comes after whether it is old.
            var keys = KeyHistory.Read(store, stored.Size);
            var head = new HeadLoader(store, tree, keys.Chain.Current).Load()!;
            // Through a cache of its own: what is served is compared when it is asked for, not as of the start.
            keys.Verify(new TreeReader(store, new TileCache(VerifyingTiles)), head);
            CheckMark(head, tree, mark);
            var key = ChooseKey(files, keys.Chain);
            // A crash before this leaves the lower mark and comes here again.
            mark.Write(head.Signed.Note.Span);
            mark.Sync();
            // Only now: a key file is neither replaced nor deleted on the word of a database that may be an older copy.
            return new OpenedHead(head, key, keys, Settle(files, keys));
        }
        catch (StoreDamagedException e)
        {
            throw new LedgerRefusedException(
                $"the database {folder.Database} is damaged: {e.Message}",
                SqliteStore.DamagedHint);
        }
    }

    private LedgerRefusedException NoEntries(string state) => new(
        $"the database {folder.Database} is {state}, but the high-water mark {folder.Mark} says that checkpoints were signed",
        $"put back the newest copy of the database, or move what is in {folder.Folder} away and use 'notary restore'; then 'notary recover' brings it up to date");

    private SigningKey ChooseKey(KeyFiles files, KeyChain chain)
    {
        var key = files.Choose(chain.Current);
        if (key.Verifier == chain.Current)
            return key;
        throw chain.Keys.Contains(key.Verifier)
            ? new LedgerRefusedException(
                $"{folder.Key} is a key that this ledger has given up: its entries name the key {chain.Current} since", "put back the newest key file")
            : new LedgerRefusedException(
                $"the database {folder.Database} is not signed by the key in {folder.Key}, but by {chain.Current}",
                "put the key file back that belongs to it, or the database");
    }

    private bool? Settle(KeyFiles files, KeyHistory keys)
    {
        var settled = files.Settle(folder, keys.Chain.Current);
        if (settled is { } finished)
            LogMessages.KeyChangeSettled(logger, keys.Chain.Current.Name, finished ? "finished" : "undone", keys.Chain.Current);
        return settled;
    }

    private void CreateMark(SigningKey? key)
    {
        var hasEntries = File.Exists(folder.Database) && new FileInfo(folder.Database).Length > 0;
        if (key is not null || hasEntries)
            throw new LedgerRefusedException(
                $"the high-water mark {folder.Mark} is missing beside an existing ledger",
                "give its place if it is kept elsewhere, or put it back; if it is lost and no newer copy of the database ever "
                + "answered anybody, create an empty file of that name");
        HighWaterMark.Create(folder.Mark);
        // A crash here leaves a mark that says that nothing was signed, and nothing else.
    }

    private SigningKey CreateKey(bool signed)
    {
        if (signed || (File.Exists(folder.Database) && new FileInfo(folder.Database).Length > 0))
            throw new LedgerRefusedException(
                $"the key {folder.Key} is missing beside an existing ledger", "put back the key file: nothing else can sign for this ledger");
        var key = LedgerKey.Create(folder.Key, options.Origin, options.Randomness);
        // A crash here leaves a key that has signed nothing; the next start goes on with it.
        LogMessages.LedgerCreated(logger, key.Verifier.Name);
        return key;
    }

    private LedgerHead WriteGenesis(ILedgerStore store, SigningKey key)
    {
        var created = Timestamp.RoundDown(options.TimeProvider.GetUtcNow());
        var genesis = Encoding.UTF8.GetBytes(new Genesis(key.Verifier.Name, created, key.Verifier).ToText());
        var batch = new LedgerBatch(null, [new NewEntry(genesis, default, default, null, null)], created, key);
        // A crash before this commit leaves an empty database under a mark of size 0, and the next start comes here again.
        return store.Append(batch.Append) == AppendOutcome.Appended
            ? batch.Head
            : throw new LedgerRefusedException($"there is no room for a ledger in {folder.Folder}", "free some space, then start again");
    }

    /// <summary>
    /// The database may be newer than its mark (a crash between commit and mark), never older, and what the mark saw must
    /// be a prefix of it: a checkpoint that anyone can have seen is never followed by one that is inconsistent with it.
    /// </summary>
    private void CheckMark(LedgerHead head, TreeReader tree, HighWaterMark mark)
    {
        if (KnownMark.Read(folder.Mark, mark.Note) is { } known)
        {
            var seen = known.Checkpoint;
            if (seen.Origin != head.Signed.Checkpoint.Origin)
                throw new LedgerRefusedException(
                    $"the high-water mark {folder.Mark} is of the ledger {seen.Origin}, not of {head.Signed.Checkpoint.Origin}",
                    "give each ledger a mark of its own");
            if (seen.Size > head.Size)
                throw Older(head, known);
            if (MerkleTree.Root(seen.Size, tree.At(head)) != seen.Root)
                throw new LedgerRefusedException(
                    $"the database {folder.Database} holds another history than the high-water mark {folder.Mark} saw at {seen.Size} entries",
                    "put back the database that this mark belongs to");
        }
    }

    private LedgerRefusedException Older(LedgerHead head, KnownMark mark) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"the database {folder.Database} is older than what this ledger has signed: it holds {head.Size} entries up to "
            + $"{Timestamp.Format(head.Stored.Received)}, and the high-water mark {folder.Mark} {mark}: {mark.Checkpoint.Size - head.Size} entries are missing"),
        "it is a restored backup or an older copy, and going on from it would sign a second history: put back the newest copy of the database, "
        + $"or bring this one forward with 'notary recover --data {folder.Folder} --from COPY' from an export, a mirror, a newer backup or another folder; "
        + "if no copy goes that far, 'notary recover --new-ledger' opens a successor");
}

/// <summary>What a ledger goes on from.</summary>
/// <param name="Head">Verified.</param>
/// <param name="Key">Signs what follows.</param>
/// <param name="Keys">All keys, the current one last.</param>
/// <param name="Settled">Whether an interrupted key change was finished (true) or undone (false); null when there was none.</param>
internal sealed record OpenedHead(LedgerHead Head, SigningKey Key, KeyHistory Keys, bool? Settled);
