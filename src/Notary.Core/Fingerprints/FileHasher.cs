using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;

namespace Notary.Core;

/// <summary>What one pass over a file found.</summary>
/// <param name="Sha256">D, what sha256sum prints.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sm3">SM3 (GB/T 32905) of the same bytes, where the hasher was asked for it.</param>
public readonly record struct ContentDigest(Hash Sha256, ulong Size, Hash? Sm3 = null)
{
    /// <summary>The item text of the file.</summary>
    /// <param name="path">Relative, forward slashes.</param>
    /// <param name="modified">The file system's time; rounded down to the millisecond.</param>
    /// <exception cref="MalformedException">A path that an item may not have.</exception>
    public ItemText ToItem(string path, DateTimeOffset modified) => TextRules.PathProblem(path) is { } problem
        ? throw new MalformedException(ItemText.Document, TextRules.Escape(path), problem)
        : new ItemText { Path = path, Size = Size, Modified = Timestamp.RoundDown(modified), Sha256 = Sha256, Sm3 = Sm3 };
}

/// <summary>
/// SHA-256 of streams of any length in constant memory: two buffers, one being hashed while the next bytes are read into
/// the other.
/// </summary>
/// <param name="withSm3">Whether SM3 is computed as well, in managed code and so far slower than SHA-256.</param>
/// <remarks>Owns its buffers and its hash state: one hasher for each concurrent file, used again for the next.</remarks>
public sealed class FileHasher(bool withSm3 = false) : IDisposable
{
    /// <summary>Bytes of each of the two buffers: large enough that a read costs less than the hashing of what it brings,
    /// small enough to stay in a core's cache meanwhile.</summary>
    public const int BufferBytes = 256 << 10;

    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SM3Digest? sm3 = withSm3 ? new SM3Digest() : null;
    private byte[] full = new byte[BufferBytes];
    private byte[] filling = new byte[BufferBytes];

    /// <summary>Hashes a stream from its position to its end. Whatever happens, the hasher can be used again.</summary>
    /// <param name="content">Not buffered (a FileStream with bufferSize 0 or 1); it stays open.</param>
    /// <param name="expected">Bytes that it must have, as the file system said before it was opened.</param>
    /// <param name="progress">Told the bytes hashed since the last call, after each buffer; may be shared by hashers.</param>
    /// <param name="cancellation">Ends the hashing between two buffers.</param>
    /// <exception cref="ContentChangedException">The stream has another length.</exception>
    public async ValueTask<ContentDigest> HashAsync(
        Stream content, ulong expected, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        // Most files are small: they are read at once, on this thread, and hashed in one call.
        if (expected < BufferBytes)
            return HashSmall(content, expected, progress);
        try
        {
            var size = await AppendAllAsync(content, expected, progress, cancellation).ConfigureAwait(false);
            return new ContentDigest(Finish(), size, FinishSm3());
        }
        catch
        {
            // Empties the hash state, which would otherwise begin the next file's digest.
            Finish();
            FinishSm3();
            throw;
        }
    }

    /// <summary>The same for a stream that is not waited for, such as an entry of a zip.</summary>
    public ContentDigest HashSync(Stream content, ulong expected, CancellationToken cancellation = default)
    {
        ulong size = 0;
        try
        {
            for (int length; (length = content.Read(full)) > 0; size += (ulong)length)
            {
                cancellation.ThrowIfCancellationRequested();
                sha256.AppendData(full, 0, length);
                sm3?.BlockUpdate(full, 0, length);
            }

            CheckLength(expected, size, atEnd: true);
        }
        catch
        {
            Finish();
            FinishSm3();
            throw;
        }

        return new ContentDigest(Finish(), size, FinishSm3());
    }

    public void Dispose() => sha256.Dispose();

    private ContentDigest HashSmall(Stream content, ulong expected, IProgress<long>? progress)
    {
        // One byte more than expected fits, so that a longer file is noticed.
        var read = content.ReadAtLeast(full, (int)expected + 1, throwOnEndOfStream: false);
        CheckLength(expected, (ulong)read, atEnd: true);
        progress?.Report(read);
        sm3?.BlockUpdate(full, 0, read);
        return new ContentDigest(Hash.Of(full.AsSpan(0, read)), expected, FinishSm3());
    }

    private async ValueTask<ulong> AppendAllAsync(
        Stream content, ulong expected, IProgress<long>? progress, CancellationToken cancellation)
    {
        ulong size = 0;
        var length = await content.ReadAsync(full, cancellation).ConfigureAwait(false);
        while (length > 0)
        {
            size += (ulong)length;
            CheckLength(expected, size, atEnd: false);
            var next = content.ReadAsync(filling, cancellation);
            sha256.AppendData(full, 0, length);
            sm3?.BlockUpdate(full, 0, length);
            var hashed = length;
            length = await next.ConfigureAwait(false);
            (full, filling) = (filling, full);
            // Only now: should the receiver throw, no read is left writing into a buffer of ours.
            progress?.Report(hashed);
        }
        CheckLength(expected, size, atEnd: true);
        return size;
    }

    private static void CheckLength(ulong expected, ulong size, bool atEnd)
    {
        if (size > expected || (atEnd && size != expected))
            throw new ContentChangedException(expected, size);
    }

    private Hash Finish()
    {
        Span<byte> digest = stackalloc byte[Hash.Size];
        sha256.GetHashAndReset(digest);
        return new Hash(digest);
    }

    private Hash? FinishSm3()
    {
        if (sm3 is null)
            return null;
        var digest = new byte[Hash.Size];
        sm3.DoFinal(digest, 0);
        return new Hash(digest);
    }
}
