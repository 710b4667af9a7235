using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>DepositBatch: each item has its own end, and the stream never holds more than its window.</summary>
public sealed class DepositBatchTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_item_gets_one_answer_that_echoes_its_uuid()
    {
        var items = Enumerable.Range(0, 1_000).Select(_ => NewItem()).ToDictionary(item => item.Deposit);
        var answers = await SendAsync(items.Values);
        Assert.Equal(items.Count, answers.Select(answer => answer.Deposit).Distinct().Count());
        Assert.All(answers, answer => Assert.Equal(items[answer.Deposit].Request, answer.Certificate.Request));
    }

    [Fact]
    public async Task A_bad_item_fails_alone()
    {
        var good = NewItem();
        var taken = NewItem();
        var other = RequestBytes.Create(RequestBytes.Parse(taken.Request.Memory).Request with { Kind = "other" }, null);
        Proto.DepositBatchRequest[] items =
        [
            new() { Deposit = "malformed", Request = ByteString.CopyFromUtf8("hello") },
            new() { Deposit = "another's", Request = NewItem().Request },
            new() { Deposit = "", Request = ByteString.Empty },
            new() { Deposit = "too long", Request = ByteString.CopyFrom(new byte[8_193]) },
            good,
        ];
        var answers = (await SendAsync([taken, .. items])).ToDictionary(answer => answer.Deposit);

        Assert.NotNull(answers[good.Deposit].Certificate);
        Assert.Equal("request", RichStatus.Violation(answers["malformed"].Error).Field);
        Assert.Equal("deposit", RichStatus.Violation(answers["another's"].Error).Field);
        Assert.Equal("request", RichStatus.Violation(answers[""].Error).Field);
        Assert.Equal("request", RichStatus.Violation(answers["too long"].Error).Field);

        var again = await SendAsync([new() { Deposit = taken.Deposit, Request = ByteString.CopyFrom(other.Bytes.Span) }]);
        Assert.Equal((int)StatusCode.AlreadyExists, Assert.Single(again).Error.Code);
    }

    [Fact]
    public async Task The_uuid_is_echoed_in_the_letters_it_came_in()
    {
        var item = NewItem();
        item.Deposit = item.Deposit.ToUpperInvariant();
        var answer = Assert.Single(await SendAsync([item]));
        Assert.Equal(item.Deposit, answer.Deposit);
        Assert.NotNull(answer.Certificate);
    }

    [Fact]
    public async Task The_same_item_twice_in_one_stream_is_one_deposit()
    {
        var item = NewItem();
        var answers = await SendAsync([item, item, item]);
        Assert.Equal(3, answers.Count);
        Assert.Single(answers.Select(answer => answer.Certificate.Statement).Distinct());
    }

    [Fact]
    public async Task A_message_that_is_too_long_ends_the_stream_after_what_came_before_it()
    {
        var item = NewItem();
        using var call = server.Client.DepositBatch(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(item, Cancellation);
        // The server may end the stream while this is still being sent.
        var sending = call.RequestStream.WriteAsync(new() { Request = ByteString.CopyFrom(new byte[(1 << 20) + 1]) }, Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.NotNull(call.ResponseStream.Current.Certificate);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task A_cancelled_stream_leaves_its_deposits_on_the_ledger()
    {
        var item = NewItem();
        using (var call = server.Client.DepositBatch(cancellationToken: Cancellation))
        {
            await call.RequestStream.WriteAsync(item, Cancellation);
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        }

        var found = await server.Client.GetCertificateAsync(
            new Proto.GetCertificateRequest { Deposit = item.Deposit }, cancellationToken: Cancellation);
        Assert.Equal(item.Request, found.Certificate.Request);
    }

    [Fact]
    public async Task A_stream_whose_answers_are_not_read_is_not_read_either()
    {
        using var folder = new TemporaryFolder();
        await using var ledger = Ledger.Open(
            new LedgerOptions { DataDirectory = folder.Path, Origin = server.Origin },
            NullLogger<Ledger>.Instance);
        var reader = new EndlessReader(server.Origin);
        using var writer = new BlockedWriter();
        await using var access = ServerAccess.Open(RunningServer.Options(folder.Path), ledger, NullLogger.Instance);
        var desk = new DepositDesk(ledger, access.Gate, access.Audit, NullLogger<DepositDesk>.Instance);
        using var stream = new DepositStream(desk, Caller.Local, reader, writer, CancellationToken.None);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = stream.RunAsync(ending.Token);

        // Everything that was read is deposited, the first answer is being written and nothing more comes in.
        while (ledger.Latest.Checkpoint.Size < DepositStream.Window + 1)
            await Task.Delay(5, Cancellation);
        Assert.Equal(DepositStream.Window, reader.Count);
        writer.Answer(1);
        await reader.ReachedAsync(DepositStream.Window + 1).WaitAsync(Cancellation);
        Assert.Equal(DepositStream.Window + 1, reader.Count);

        await ending.CancelAsync();
        writer.Answer(1_000);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private Proto.DepositBatchRequest NewItem() => ToItem(server.NewRequest());

    private static Proto.DepositBatchRequest ToItem(DepositRequest request) => new()
    {
        Deposit = request.Deposit.ToString(),
        Request = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span),
    };

    private async Task<List<Proto.DepositBatchResponse>> SendAsync(IEnumerable<Proto.DepositBatchRequest> items)
    {
        using var call = server.Client.DepositBatch(cancellationToken: Cancellation);
        var reading = call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
        foreach (var item in items)
            await call.RequestStream.WriteAsync(item, Cancellation);
        await call.RequestStream.CompleteAsync();
        return await reading;
    }

    /// <summary>A caller that always has one more item.</summary>
    private sealed class EndlessReader(string origin) : IAsyncStreamReader<Proto.DepositBatchRequest>
    {
        private readonly TaskCompletionSource[] reached = [.. Enumerable.Range(0, 1_000).Select(_ => new TaskCompletionSource())];

        public int Count { get; private set; }

        public Proto.DepositBatchRequest Current { get; private set; } = null!;

        public Task ReachedAsync(int count) => reached[count].Task;

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            Current = ToItem(RunningServer.NewRequest(origin, ++Count));
            reached[Count].TrySetResult();
            return Task.FromResult(true);
        }
    }

    /// <summary>A caller that reads an answer only when it is told to.</summary>
    private sealed class BlockedWriter : IServerStreamWriter<Proto.DepositBatchResponse>, IDisposable
    {
        private readonly SemaphoreSlim permits = new(0);

        public WriteOptions? WriteOptions { get; set; }

        public void Dispose() => permits.Dispose();

        public void Answer(int count) => permits.Release(count);

        public Task WriteAsync(Proto.DepositBatchResponse message) => permits.WaitAsync();
    }
}
