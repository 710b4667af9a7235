namespace Notary.Tests.Support;

/// <summary>Damaged and doctored copies of a document, the same ones in every run.</summary>
internal static class ByteMutations
{
    /// <summary>One flipped bit a byte, every truncation, and inserted, removed, swapped and repeated pieces.</summary>
    public static IEnumerable<byte[]> Of(byte[] original, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < original.Length; i++)
        {
            var flipped = original.AsSpan().ToArray();
            flipped[i] ^= (byte)(1 << random.Next(8));
            yield return flipped;
        }
        for (var length = 0; length < original.Length; length++)
            yield return original[..length];
        for (var i = 0; i < original.Length / 2; i++)
        {
            var (from, to) = TwoPlaces(random, original.Length);
            yield return [.. original[..from], (byte)random.Next(256), .. original[from..]];
            yield return [.. original[..from], .. original[to..]];
            yield return [.. original[..to], .. original[from..]];
            yield return Swap(original, from, to);
        }
    }

    private static byte[] Swap(byte[] original, int from, int to)
    {
        var swapped = original.AsSpan().ToArray();
        (swapped[from], swapped[to]) = (swapped[to], swapped[from]);
        return swapped;
    }

    private static (int From, int To) TwoPlaces(Random random, int length)
    {
        var (a, b) = (random.Next(length), random.Next(length));
        return (Math.Min(a, b), Math.Max(a, b));
    }
}
