using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

public sealed class FileHasherTests
{
    private const int Buffer = FileHasher.BufferBytes;

    [Theory]
    [InlineData(0), InlineData(1), InlineData(Buffer - 1), InlineData(Buffer), InlineData(Buffer + 1), InlineData(2 * Buffer)]
    [InlineData(3 * Buffer + 17)]
    public async Task Digest_and_length_are_those_of_the_bytes(int length)
    {
        using var hasher = new FileHasher();
        var bytes = Bytes(length);
        foreach (var atOnce in new[] { int.MaxValue, 70_001 })
        {
            var progress = new Sum();
            var digest = await hasher.HashAsync(new Trickle(bytes, atOnce), (ulong)length, progress, Token);
            Assert.Equal(new ContentDigest(Hash.Of(bytes), (ulong)length), digest);
            Assert.Equal(length, progress.Total);
        }
    }

    // The two examples of GB/T 32905, and a file of several buffers; one hasher for all.
    [Fact]
    public async Task Sm3_is_computed_of_the_same_bytes_when_asked_for()
    {
        using var hasher = new FileHasher(withSm3: true);
        var large = Bytes(3 * Buffer + 17);
        var oneShot = new Org.BouncyCastle.Crypto.Digests.SM3Digest();
        oneShot.BlockUpdate(large, 0, large.Length);
        var expected = new byte[Hash.Size];
        oneShot.DoFinal(expected, 0);
        (byte[] Content, string Sm3)[] examples =
        [
            ("abc"u8.ToArray(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
            (large, Convert.ToHexStringLower(expected)),
            (System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("abcd", 16))), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
        ];
        foreach (var (content, sm3) in examples)
        {
            var changed = hasher.HashAsync(new MemoryStream(Bytes(2 * Buffer)), 3 * Buffer, cancellation: Token);
            await Assert.ThrowsAsync<ContentChangedException>(async () => await changed);

            var digest = await hasher.HashAsync(new MemoryStream(content), (ulong)content.Length, cancellation: Token);

            Assert.Equal((Hash.Of(content), sm3), (digest.Sha256, digest.Sm3.ToString()));
        }
    }

    [Theory]
    [InlineData(0, 1), InlineData(1, 0), InlineData(10, 11), InlineData(Buffer, Buffer - 1), InlineData(Buffer - 1, Buffer)]
    [InlineData(3 * Buffer, 2 * Buffer), InlineData(2 * Buffer, 3 * Buffer), InlineData(5 * Buffer, 1)]
    public async Task Another_length_than_expected_means_the_file_changed(int length, int expected)
    {
        using var hasher = new FileHasher();
        var problem = await Assert.ThrowsAsync<ContentChangedException>(
            async () => await hasher.HashAsync(new MemoryStream(Bytes(length)), (ulong)expected, cancellation: Token));
        Assert.Equal((ulong)expected, problem.Expected);
        Assert.NotEqual((ulong)expected, problem.Read);
        await AssertWorksAsync(hasher);
    }

    [Fact]
    public async Task A_stream_that_never_ends_is_left_soon()
    {
        using var hasher = new FileHasher();
        using var endless = new Trickle(Bytes(1000), int.MaxValue, endless: true);
        await Assert.ThrowsAsync<ContentChangedException>(async () => await hasher.HashAsync(endless, 5, cancellation: Token));
        await Assert.ThrowsAsync<ContentChangedException>(async () => await hasher.HashAsync(endless, 3 * Buffer, cancellation: Token));
        await AssertWorksAsync(hasher);
    }

    [Fact]
    public async Task Cancellation_read_errors_and_a_throwing_receiver_leave_the_hasher_usable()
    {
        using var hasher = new FileHasher();
        using var cancel = new CancellationTokenSource();
        var content = Bytes(4 * Buffer);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await hasher.HashAsync(
            new Trickle(content, Buffer), (ulong)content.Length, new Sum(_ => cancel.Cancel()), cancel.Token));
        await AssertWorksAsync(hasher);
        await Assert.ThrowsAsync<TimeoutException>(async () => await hasher.HashAsync(
            new Trickle(content, Buffer), (ulong)content.Length, new Sum(_ => throw new TimeoutException()), Token));
        await AssertWorksAsync(hasher);
        await Assert.ThrowsAsync<IOException>(async () => await hasher.HashAsync(
            new Trickle(content, Buffer, failAt: 2 * Buffer), (ulong)content.Length, cancellation: Token));
        await AssertWorksAsync(hasher);
    }

    private static async Task AssertWorksAsync(FileHasher hasher)
    {
        var bytes = Bytes(2 * Buffer + 1);
        var digest = await hasher.HashAsync(new MemoryStream(bytes), (ulong)bytes.Length, cancellation: Token);
        Assert.Equal(Hash.Of(bytes), digest.Sha256);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private sealed class Sum(Action<long>? then = null) : IProgress<long>
    {
        public long Total { get; private set; }

        public void Report(long value)
        {
            Total += value;
            then?.Invoke(value);
        }
    }

    /// <summary>Hands out at most so many bytes at once, fails at an offset, or begins again at its end.</summary>
    private sealed class Trickle(byte[] bytes, int atOnce, bool endless = false, int failAt = int.MaxValue) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer)
        {
            if (Position >= failAt)
                throw new IOException("The disk failed.");
            if (endless && Position == Length)
                Position = 0;
            return base.Read(buffer[..Math.Min(buffer.Length, atOnce)]);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            return Read(buffer.Span);
        }
    }
}
