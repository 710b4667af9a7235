using System.Security.Cryptography;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Salts of claims. Drawn from the generator many at a time: a call of it costs more than the rest of a claims text. Each is
/// handed out once, and wiped here. Safe on any thread.
/// </summary>
internal sealed class Salts(RandomNumberGenerator randomness)
{
    private const int Drawn = 64;

    private readonly Lock gate = new();
    private readonly byte[] block = new byte[Drawn * Hash.Size];
    private int next = Drawn;

    /// <summary>32 random bytes that nobody has had.</summary>
    public Hash Next()
    {
        lock (gate)
        {
            if (next == Drawn)
            {
                randomness.GetBytes(block);
                next = 0;
            }

            var salt = block.AsSpan(next++ * Hash.Size, Hash.Size);
            var result = new Hash(salt);
            CryptographicOperations.ZeroMemory(salt);
            return result;
        }
    }
}
