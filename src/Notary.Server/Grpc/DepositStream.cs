using System.Threading.Channels;
using Grpc.Core;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>
/// One DepositBatch call. A reader starts each item as it comes, items end in any order, and one writer sends their
/// answers. At most <see cref="Window"/> items are between being read and being answered on the wire: a client that
/// does not read its answers is soon not read either, and no stream holds more memory than that.
/// </summary>
internal sealed class DepositStream(
    DepositDesk desk,
    Caller caller,
    IAsyncStreamReader<Proto.DepositBatchRequest> requests,
    IServerStreamWriter<Proto.DepositBatchResponse> responses,
    CancellationToken stopping) : IDisposable
{
    /// <summary>Items of one stream without an answer: a few commits' worth, so that a commit never waits for the network.</summary>
    public const int Window = 256;

    private static readonly WriteOptions Flush = new();
    private static readonly WriteOptions MoreFollows = new(WriteFlags.BufferHint);

    // A slot is taken before a message is read and given back by the writer, so the channel never holds more than Window.
    private readonly SemaphoreSlim slots = new(Window, Window);
    private readonly Channel<Proto.DepositBatchResponse> answers =
        Channel.CreateUnbounded<Proto.DepositBatchResponse>(new UnboundedChannelOptions { SingleReader = true });

    // Whoever may still write an answer: the reader, and each item that is under way. The last to leave ends the channel.
    private int writers = 1;

    /// <summary>Ends when every item has its answer, or the caller is gone; then what is under way ends with its commit, unanswered.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Of two failures the reader's is the one to report: a message that is too long rather than what followed it.
        try
        {
            await Task.WhenAll(ReadItemsAsync(ending.Token), WriteAnswersAsync(ending));
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is not OperationCanceledException)
        {
            // A call that its caller has left refuses reads and writes in ways of its own. None of it is our failure.
            throw new OperationCanceledException("The caller is gone.", e, cancellation);
        }

        if (stopping.IsCancellationRequested)
            throw GrpcErrors.Stopping().ToException();
    }

    public void Dispose() => slots.Dispose();

    private async Task ReadItemsAsync(CancellationToken cancellation)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopping);
        try
        {
            while (true)
            {
                await slots.WaitAsync(reading.Token);
                if (!await requests.MoveNext(reading.Token))
                    return;
                Interlocked.Increment(ref writers);
                _ = DepositAsync(requests.Current);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The server stops: what was read is answered, then RunAsync says why the stream ends.
        }
        finally
        {
            Leave(null);
        }
    }

    /// <summary>Never throws: what goes wrong is the item's answer, and what must not happen ends the whole call.</summary>
    private async Task DepositAsync(Proto.DepositBatchRequest item)
    {
        Exception? failure = null;
        try
        {
            answers.Writer.TryWrite(await AnswerAsync(item));
        }
        catch (Exception e)
        {
            failure = e;
        }

        Leave(failure);
    }

    private async ValueTask<Proto.DepositBatchResponse> AnswerAsync(Proto.DepositBatchRequest item)
    {
        var answer = BatchItem.NamesItsRequest(item)
            ? await desk.DepositAgainAsync(caller, item.Request)
            : desk.Malformed(BatchItem.Misnamed(item));
        var response = new Proto.DepositBatchResponse { Deposit = item.Deposit };
        if (answer.Certificate is { } certificate)
            response.Certificate = certificate;
        else
            response.Error = answer.Error;
        return response;
    }

    private async Task WriteAnswersAsync(CancellationTokenSource ending)
    {
        try
        {
            await foreach (var answer in answers.Reader.ReadAllAsync(CancellationToken.None))
            {
                // A commit answers many items at once: they share a flush.
                responses.WriteOptions = answers.Reader.TryPeek(out _) ? MoreFollows : Flush;
                await responses.WriteAsync(answer);
                slots.Release();
            }
        }
        catch
        {
            // The reader may be waiting for a slot that nobody gives back now.
            await ending.CancelAsync();
            throw;
        }
    }

    private void Leave(Exception? failure)
    {
        if (failure is not null)
            answers.Writer.TryComplete(failure);
        if (Interlocked.Decrement(ref writers) == 0)
            answers.Writer.TryComplete();
    }
}
