using System.Security.Cryptography;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

public sealed class HashTests
{
    /// <summary>Every length around a block's end and around the length from which another function is called.</summary>
    [Fact]
    public void A_hash_is_the_same_SHA256_at_every_length()
    {
        var data = new byte[8_200];
        new Random(20261126).NextBytes(data);
        foreach (var length in Enumerable.Range(0, 700).Concat(Enumerable.Range(4_090, 12)).Append(data.Length))
            Assert.Equal(SHA256.HashData(data.AsSpan(0, length)), Hash.Of(data.AsSpan(0, length)).ToArray());
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        var wrong = 0;
        Parallel.For(0, 8, thread =>
        {
            var data = new byte[450];
            for (var round = 0; round < 20_000; round++)
            {
                data[0] = (byte)(round % 256);
                data[1] = (byte)thread;
                if (!SHA256.HashData(data).AsSpan().SequenceEqual(Hash.Of(data).ToArray()))
                    Interlocked.Increment(ref wrong);
            }
        });

        Assert.Equal(0, wrong);
    }
}
