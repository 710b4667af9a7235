using System.Collections.Concurrent;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The signing keys that verify fast: those that have verified before, the newest of them, as many as memory is meant for.
/// One object a key, whatever snapshot of the accounts it is in, so that a change of some account costs nobody the work
/// again. Safe for concurrent use.
/// </summary>
internal sealed class PreparedKeys
{
    /// <summary>Keys at a time: 61 KB each, 31 MB together. A ledger with more depositors who sign all the time verifies the rest more slowly.</summary>
    private const int Most = 512;

    private readonly ConcurrentDictionary<string, VerifierKey> keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<VerifierKey, bool> seen = new();
    private readonly ConcurrentQueue<VerifierKey> prepared = new();

    /// <summary>The one object of this key.</summary>
    public VerifierKey Find(VerifierKey key) => keys.GetOrAdd(key.ToString(), key);

    /// <summary>Tells that a key has verified a signature: the second time it is worth preparing.</summary>
    public void Verified(VerifierKey key)
    {
        if (seen.TryGetValue(key, out var isPrepared) && isPrepared)
            return;
        if (seen.TryAdd(key, false) || !seen.TryUpdate(key, true, false))
            return;
        key.Prepare();
        prepared.Enqueue(key);
        if (prepared.Count <= Most || !prepared.TryDequeue(out var oldest))
            return;
        oldest.Release();
        seen.TryRemove(oldest, out _);
    }
}
