using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Notary.Core;
using Notary.Documents;
using Proto = Notary.V1;

namespace Notary.Cli;

/// <summary>What became of a run's deposits.</summary>
/// <param name="Written">Path of the evidence that was written last; null when none was.</param>
/// <param name="Evidence">That evidence.</param>
/// <param name="Refused">A line for each deposit that the server refused for good.</param>
internal sealed record Sent(string? Written, Evidence? Evidence, IReadOnlyList<string> Refused);

/// <summary>
/// Sends the deposits of a journal that have no evidence yet, verifies what comes back and writes it. A first run and a
/// resumed one are the same to it. In memory at any time: one window of deposits, whatever their number.
/// </summary>
internal sealed class Sender(
    LedgerClient client, PendingJournal journal, OutputFolder output, Acceptance acceptance, TimeProvider time)
{
    /// <summary>Deposits of a stream that wait for their answer; what the server reads ahead at most.</summary>
    private const int Window = 256;

    /// <summary>Certificates that are verified and written at a time: a flush to disk is mostly waiting.</summary>
    private const int Writers = 8;

    private readonly Patience patience = new(time);
    private readonly ConcurrentQueue<string> refused = new();

    // Indexes into the journal that are not done. Removed by whichever thread has written the evidence.
    private readonly ConcurrentDictionary<int, bool> open = new();

    private volatile ServerError? lastTransient;
    private volatile string? written;
    private volatile Evidence? evidence;

    /// <summary>Sends everything; returns when each deposit has evidence or was refused for good.</summary>
    /// <param name="indexes">Which of the journal's deposits.</param>
    /// <param name="progress">Told of each deposit that is done.</param>
    /// <param name="cancellation">Ends the run; what was sent may be on the ledger.</param>
    /// <exception cref="CliException">Nobody answers, patience ended, or a certificate does not verify.</exception>
    public async Task<Sent> SendAsync(IReadOnlyCollection<int> indexes, IProgress<long> progress, CancellationToken cancellation)
    {
        foreach (var index in indexes)
            open[index] = true;
        while (!open.IsEmpty)
        {
            var error = await RoundAsync(progress, cancellation);
            if (!open.IsEmpty && !await patience.WaitAsync(error, cancellation))
                throw error.ToException(client.Address);
        }

        output.Flush();
        return new Sent(written, evidence, [.. refused]);
    }

    /// <summary>Sends what is open once, and returns the error that left something open.</summary>
    private async Task<ServerError> RoundAsync(IProgress<long> progress, CancellationToken cancellation)
    {
        lastTransient = null;
        try
        {
            if (open.Count == 1)
                await SendOneAsync(open.Keys.Single(), progress, cancellation);
            else
                await SendStreamAsync(progress, cancellation);
        }
        catch (RpcException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            var error = ServerError.From(exception);
            if (open.Count == 1 && !error.IsTransient && !error.IsForBrowsers)
                Refuse(open.Keys.Single(), error, progress);
            return error;
        }

        return lastTransient ?? new ServerError(StatusCode.Unavailable, ["the answer ended early"], null);
    }

    private async Task SendOneAsync(int index, IProgress<long> progress, CancellationToken cancellation)
    {
        var deposit = journal[index];
        Finish(index, deposit, await client.DepositAsync(deposit.Request, patience.Left, cancellation), progress);
    }

    private async Task SendStreamAsync(IProgress<long> progress, CancellationToken cancellation)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = client.Api.DepositBatch(new CallOptions(cancellationToken: round.Token));
        using var window = new SemaphoreSlim(Window);
        var waiting = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var writing = WriteRequestsAsync(call.RequestStream, window, waiting, round);
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = round.Token };
            await Parallel.ForEachAsync(ReadAsync(call.ResponseStream, window, round.Token), options, (answer, _) =>
            {
                Take(answer, waiting, progress);
                return ValueTask.CompletedTask;
            });
            await writing;
        }
        catch
        {
            await round.CancelAsync();
            await Ended(writing);
            // A journal that cannot be read matters more than the cancelling it caused.
            if (writing.IsFaulted)
                await writing;
            throw;
        }
    }

    private async Task WriteRequestsAsync(
        IClientStreamWriter<Proto.DepositBatchRequest> stream, SemaphoreSlim window, ConcurrentDictionary<string, int> waiting, CancellationTokenSource round)
    {
        try
        {
            foreach (var index in open.Keys.Order())
            {
                await window.WaitAsync(round.Token);
                var deposit = journal[index];
                var uuid = deposit.Id.ToString();
                waiting[uuid] = index;
                await stream.WriteAsync(
                    new Proto.DepositBatchRequest { Deposit = uuid, Request = UnsafeByteOperations.UnsafeWrap(deposit.Request.Bytes) },
                    round.Token);
            }

            await stream.CompleteAsync();
        }
        catch (Exception exception) when (exception is MalformedException or CliException)
        {
            await round.CancelAsync();
            throw;
        }
        catch (Exception exception) when (exception is RpcException or IOException or InvalidOperationException)
        {
            // The call has ended. Why, the side that reads the answers is told.
        }
    }

    /// <summary>The answers as they come; silence that lasts longer than patience is an error like a lost connection.</summary>
    private async IAsyncEnumerable<Proto.DepositBatchResponse> ReadAsync(
        IAsyncStreamReader<Proto.DepositBatchResponse> stream, SemaphoreSlim window, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var silence = patience.Left; await NextAsync(stream, silence, cancellation); silence = Patience.Silence)
        {
            patience.Progress();
            window.Release();
            yield return stream.Current;
        }
    }

    private async Task<bool> NextAsync(IAsyncStreamReader<Proto.DepositBatchResponse> stream, TimeSpan silence, CancellationToken cancellation)
    {
        try
        {
            return await stream.MoveNext(cancellation).WaitAsync(silence, time, cancellation);
        }
        catch (TimeoutException)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "no answer"));
        }
    }

    private void Take(Proto.DepositBatchResponse answer, ConcurrentDictionary<string, int> waiting, IProgress<long> progress)
    {
        if (!waiting.TryRemove(answer.Deposit, out var index))
            throw new CliException(ExitCode.Server, $"{client.Address} answered a deposit that was not sent: {answer.Deposit}");
        if (answer.OutcomeCase == Proto.DepositBatchResponse.OutcomeOneofCase.Certificate)
        {
            Finish(index, journal[index], answer.Certificate, progress);
            return;
        }

        var error = ServerError.From(answer.Error ?? new Google.Rpc.Status { Code = (int)StatusCode.Internal, Message = "the answer is empty" });
        if (error.IsTransient)
            lastTransient = error;
        else
            Refuse(index, error, progress);
    }

    private void Finish(int index, PendingDeposit deposit, Proto.Certificate answer, IProgress<long> progress)
    {
        var accepted = CertificatePage.AddTo(acceptance.Accept(deposit, answer), acceptance.Policy);
        written = output.Write(deposit, accepted);
        evidence = accepted;
        patience.Progress();
        Close(index, progress);
    }

    private void Refuse(int index, ServerError error, IProgress<long> progress)
    {
        foreach (var line in error.ToException(client.Address).Errors)
            refused.Enqueue($"{journal[index].EvidenceName}: {line}");
        Close(index, progress);
    }

    private void Close(int index, IProgress<long> progress)
    {
        open.TryRemove(index, out _);
        progress.Report(1);
    }

    private static async Task Ended(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
