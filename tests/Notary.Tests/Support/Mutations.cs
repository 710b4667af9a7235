using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>What an attacker or a bad disk does to a proof, a text or a file.</summary>
internal static class Mutations
{
    /// <summary>Every hash changed, dropped, doubled; neighbours swapped; one added at either end.</summary>
    public static IEnumerable<List<Hash>> OfPath(IReadOnlyList<Hash> path)
    {
        yield return [.. path, Hash.Of([9])];
        yield return [Hash.Of([9]), .. path];
        for (var i = 0; i < path.Count; i++)
        {
            yield return [.. path.Take(i), Hash.Of(path[i].ToArray()), .. path.Skip(i + 1)];
            yield return [.. path.Take(i), .. path.Skip(i + 1)];
            yield return [.. path.Take(i), path[i], .. path.Skip(i)];
            if (i > 0 && path[i] != path[i - 1])
                yield return [.. path.Take(i - 1), path[i], path[i - 1], .. path.Skip(i + 1)];
        }
    }

    /// <summary>
    /// The bytes cut short, with one byte more, less or other, with two swapped or one bit flipped:
    /// <paramref name="count"/> draws with the seed, without those that equal the original.
    /// </summary>
    public static IEnumerable<byte[]> OfBytes(byte[] original, int seed, int count)
    {
        var random = new Random(seed);
        for (var made = 0; made < count; made++)
        {
            var changed = Draw(original, random);
            if (!changed.AsSpan().SequenceEqual(original))
                yield return changed;
        }
    }

    private static byte[] Draw(byte[] original, Random random)
    {
        var copy = (byte[])original.Clone();
        var (i, j) = (random.Next(copy.Length), random.Next(copy.Length));
        switch (random.Next(6))
        {
            case 0:
                return copy[..i];
            case 1:
                return [.. copy[..i], (byte)random.Next(256), .. copy[i..]];
            case 2:
                (copy[i], copy[j]) = (copy[j], copy[i]);
                return copy;
            case 3:
                return [.. copy[..i], .. copy[(i + 1)..]];
            case 4:
                copy[i] = (byte)random.Next(256);
                return copy;
            default:
                copy[i] ^= (byte)(1 << random.Next(8));
                return copy;
        }
    }
}
