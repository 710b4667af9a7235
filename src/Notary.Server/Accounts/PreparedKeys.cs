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
    /// <summary>Keys at a time: 164 KB each, 42 MB together. A ledger with more depositors who sign all the time verifies the rest more slowly.</summary>
    private const int Most = 256;

    /// <summary>Signatures after which a key is worth the work, which is that of some ten of them: keys in turn must not cost more than they gain.</summary>
    private const int WorthIt = 8;

    private readonly ConcurrentDictionary<string, VerifierKey> keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<VerifierKey, int> verified = new();
    private readonly ConcurrentQueue<VerifierKey> prepared = new();

    /// <summary>The one object of this key.</summary>
    public VerifierKey Find(VerifierKey key) => keys.GetOrAdd(key.ToString(), key);

    /// <summary>Tells that a key has verified a signature.</summary>
    public void Verified(VerifierKey key)
    {
        if (verified.GetValueOrDefault(key) > WorthIt || verified.AddOrUpdate(key, 1, static (_, count) => count + 1) != WorthIt)
            return;
        key.Prepare();
        prepared.Enqueue(key);
        if (prepared.Count <= Most || !prepared.TryDequeue(out var oldest))
            return;
        oldest.Release();
        verified.TryRemove(oldest, out _);
    }
}
