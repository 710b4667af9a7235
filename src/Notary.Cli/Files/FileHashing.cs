using System.Collections.Concurrent;
using Notary.Core;

namespace Notary.Cli;

/// <summary>Hashes files, one on each core, in memory that does not grow with their size.</summary>
internal static class FileHashing
{
    // Others may write meanwhile: that is noticed, and it is not our business to keep them from it.
    private static readonly FileStreamOptions Options = new()
    {
        Access = FileAccess.Read,
        Mode = FileMode.Open,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.SequentialScan,
    };

    /// <param name="hashed">Called with each file's position and item text, on the thread that hashed it, in no order.</param>
    /// <param name="progress">Told of bytes.</param>
    /// <exception cref="CliException">Files that cannot be read, or that changed; every one is named.</exception>
    public static Task RunAsync(
        IReadOnlyList<SourceFile> files, Action<int, ItemText> hashed, IProgress<long> progress, CancellationToken cancellation) =>
        RunAsync(files, withSm3: false, hashed, progress, cancellation);

    /// <summary>As above, with SM3 in the item texts if <paramref name="withSm3"/>.</summary>
    public static async Task RunAsync(
        IReadOnlyList<SourceFile> files, bool withSm3, Action<int, ItemText> hashed, IProgress<long> progress, CancellationToken cancellation)
    {
        if (files.Count == 0)
            return;
        var problems = new ConcurrentQueue<string>();
        await RunAsync(files, withSm3, hashed, (i, problem) => problems.Enqueue($"{files[i].FullName}: {problem}"), progress, cancellation);
        if (!problems.IsEmpty)
            throw FileSource.Refused([.. problems.Order(StringComparer.Ordinal)]);
    }

    /// <summary>As above, for a caller that goes on without the files that could not be hashed.</summary>
    /// <param name="failed">Called with a file's position and what is wrong with it, in the place of <paramref name="hashed"/>.</param>
    public static async Task RunAsync(
        IReadOnlyList<SourceFile> files,
        bool withSm3,
        Action<int, ItemText> hashed,
        Action<int, string> failed,
        IProgress<long> progress,
        CancellationToken cancellation)
    {
        var next = -1;
        // At least one, or the loop would refuse the number.
        var workers = Math.Max(1, Math.Min(Environment.ProcessorCount, files.Count));
        await Parallel.ForAsync(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation }, WorkAsync);

        async ValueTask WorkAsync(int worker, CancellationToken stop)
        {
            using var hasher = new FileHasher(withSm3);
            for (int i; (i = Interlocked.Increment(ref next)) < files.Count;)
            {
                try
                {
                    hashed(i, await HashAsync(hasher, files[i], progress, stop));
                }
                catch (Exception exception) when (exception is ContentChangedException or FileChangedException)
                {
                    failed(i, "changed while it was being hashed");
                }
                catch (Exception exception) when (exception is UnreadableException)
                {
                    failed(i, $"cannot be read: {FileSource.Reason(exception.InnerException!)}");
                }
            }
        }
    }

    /// <summary>
    /// Hashes one file between two looks at it. The open file must be the one that was found, and both it and its name must
    /// be in the same state afterwards: a digest of half an old and half a new version is of a document that never existed.
    /// </summary>
    private static async ValueTask<ItemText> HashAsync(
        FileHasher hasher, SourceFile file, IProgress<long> progress, CancellationToken cancellation)
    {
        try
        {
            await using var stream = new FileStream(file.FullName, Options);
            Expect(file, FileStamp.Of(stream.SafeFileHandle));
            var digest = await hasher.HashAsync(stream, file.Stamp.Size, progress, cancellation);
            Expect(file, FileStamp.Of(stream.SafeFileHandle));
            Expect(file, FileStamp.Of(file.FullName));
            return digest.ToItem(file.Path, file.Stamp.ModifiedTime()!.Value);
        }
        catch (FileNotFoundException)
        {
            throw new FileChangedException();
        }
        catch (Exception exception) when (exception is IOException and not ContentChangedException or UnauthorizedAccessException)
        {
            throw new UnreadableException(exception);
        }
    }

    private static void Expect(in SourceFile file, FileStamp? stamp)
    {
        if (stamp != file.Stamp)
            throw new FileChangedException();
    }

    private sealed class FileChangedException : Exception;

    // Tells a file that cannot be read from a journal that cannot be written: both are an IOException.
    private sealed class UnreadableException(Exception cause) : Exception(cause.Message, cause);
}
