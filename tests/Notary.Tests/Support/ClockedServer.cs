using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Support;

/// <summary>A whole server whose clock a test sets, three time sources that lie on command, and an authority that tells the time.</summary>
internal sealed class ClockedServer : IAsyncDisposable
{
    private static readonly MessageImprint Imprint = MessageImprint.Of(Hash.Of("abc"u8));

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new();
    private GrpcChannel channel = null!;
    private int deposits;

    public SettableClock Clock { get; } = new();

    public IReadOnlyList<TestNtpServer> Sources { get; }

    public NotaryServer Server { get; private set; } = null!;

    public string Data => Path.Combine(folder.Path, "data");

    /// <summary>Where the server takes random numbers from.</summary>
    public FailingRandom Random { get; } = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ClockedServer() => Sources = [.. Enumerable.Range(0, 3).Select(_ => new TestNtpServer(() => Clock.True))];

    /// <param name="interval">From one round of questions to the next.</param>
    public async Task<ClockedServer> StartAsync(TimeSpan interval)
    {
        var (certificate, key) = (Path.Combine(folder.Path, "tsa.pem"), Path.Combine(folder.Path, "tsa.key"));
        if (!File.Exists(certificate))
        {
            var ca = TimestampCa.Create("Test", Clock.True.AddDays(-1), Random);
            await File.WriteAllTextAsync(certificate, ca.AuthorityChain, Cancellation);
            await File.WriteAllTextAsync(key, ca.AuthorityKey, Cancellation);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Server = await NotaryServer.StartAsync(
            new ServerOptions
            {
                DataDirectory = Data,
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Web = new IPEndPoint(IPAddress.Loopback, 0),
                Store = StoreKind.Sqlite,
                Authority = new AuthorityOptions(certificate, key, null),
                TimeSources = [.. Sources.Select(source => source.Source)],
                TimeSourceInterval = interval,
                TimeProvider = Clock,
                Randomness = Random,
            },
            Cancellation);
        channel = GrpcChannel.ForAddress(Server.GrpcAddress);
        return this;
    }

    public async Task StopAsync()
    {
        channel.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>A deposit that must be taken; its statement.</summary>
    public async Task<Statement> DepositAsync()
    {
        var answer = await Client.DepositAsync(NewRequest(), cancellationToken: Cancellation);
        return Statement.Parse(answer.Certificate.Statement.ToStringUtf8());
    }

    /// <summary>Everything that dates must refuse, each in its own form, for one reason, which is returned.</summary>
    public async Task<string> RefusedAsync(string cause)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Client.DepositAsync(NewRequest(), cancellationToken: Cancellation));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Contains(RichStatus.Of(refused).Details, detail => detail.TryUnpack<ErrorInfo>(out var info) && info.Reason == "NOT_ISSUING");
        using var problem = await PostAsync("v1/deposits", "application/json", JsonSerializer.SerializeToUtf8Bytes(new { request = NewRequest().Request.ToStringUtf8() }));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, problem.StatusCode);
        Assert.NotNull(problem.Headers.RetryAfter);
        Assert.Equal("application/problem+json", problem.Content.Headers.ContentType!.MediaType);
        var told = TimestampReply.Parse(await StampAsync());
        Assert.Equal((null, TimestampFailure.TimeNotAvailable), (told.Token, told.Failure));
        using var ready = await http.GetAsync(new Uri(Server.WebAddress, "readyz"), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using var body = JsonDocument.Parse(await ready.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(cause, body.RootElement.GetProperty("cause").GetString());
        using var words = JsonDocument.Parse(await problem.Content.ReadAsStringAsync(Cancellation));
        foreach (var said in (string[])[words.RootElement.GetProperty("detail").GetString()!, told.Text, body.RootElement.GetProperty("reason").GetString()!])
            Assert.Equal(Shape(refused.Status.Detail), Shape(said));
        return refused.Status.Detail;

        // Between two questions a bound grows.
        static string Shape(string reason) => string.Concat(reason.Where(character => !char.IsDigit(character)));
    }

    /// <summary>A token of the server's own authority, which must be granted.</summary>
    public async Task<TimestampInfo> TokenAsync() =>
        TimestampVerification.Verify(TimestampReply.Parse(await StampAsync()).Token!.Value, Imprint, null).Info!;

    /// <summary>Waits until deposits are taken again.</summary>
    public Task IssuingAsync() => UntilAsync(async () => (await HealthAsync()).GetProperty("status").GetString() == "issuing");

    public async Task<JsonElement> HealthAsync()
    {
        using var health = JsonDocument.Parse(await http.GetStringAsync(new Uri(Server.WebAddress, "healthz"), Cancellation));
        return health.RootElement.Clone();
    }

    /// <summary>The clock records on the ledger, as anybody reads them.</summary>
    public async Task<IReadOnlyList<ClockRecord>> RecordsAsync()
    {
        var note = SignedNote.Parse(await http.GetStringAsync(new Uri(Server.WebAddress, "checkpoint"), Cancellation));
        var bundle = new TileId(TileId.Entries, 0, (int)Checkpoint.Parse(note.Text).Size);
        var entries = EntryBundle.Parse(bundle, await http.GetByteArrayAsync(new Uri(Server.WebAddress, bundle.ToString()), Cancellation));
        return [.. entries.Where(entry => Entry.IsClockRecord(entry.Span)).Select(entry => ClockRecord.Parse(Encoding.UTF8.GetString(entry.Span)))];
    }

    /// <summary>Waits until the records on the ledger are in these states, one after the other.</summary>
    public async Task RecordedAsync(params ClockState[] states)
    {
        IReadOnlyList<ClockRecord> records = [];
        await UntilAsync(async () => (records = await RecordsAsync()).Count >= states.Length);
        Assert.Equal(states, records.Select(record => record.State));
    }

    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await isSo())
            await Task.Delay(20, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        if (Server is not null)
            await Server.DisposeAsync();
        foreach (var source in Sources)
            await source.DisposeAsync();
        http.Dispose();
        Random.Dispose();
        folder.Dispose();
    }

    private Proto.Notary.NotaryClient Client => new(channel);

    private Proto.DepositRequest NewRequest() => new()
    {
        Request = ByteString.CopyFrom(RequestBytes.Create(RunningServer.NewRequest(Server.Origin, Interlocked.Increment(ref deposits)), null).Bytes.Span),
    };

    private async Task<byte[]> StampAsync()
    {
        using var answer = await PostAsync("tsa", "application/timestamp-query", new TimestampQuery(Imprint) { WantsCertificate = true }.ToDer());
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(Cancellation);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string type, byte[] body)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        return await http.PostAsync(new Uri(Server.WebAddress, path), content, Cancellation);
    }
}

/// <summary>The system's generator, until it is told to fail.</summary>
internal sealed class FailingRandom : System.Security.Cryptography.RandomNumberGenerator
{
    private readonly System.Security.Cryptography.RandomNumberGenerator system = Create();

    public volatile bool Fails;

    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    public override void GetBytes(Span<byte> data)
    {
        if (Fails)
            throw new System.Security.Cryptography.CryptographicException("no random numbers to be had");
        system.GetBytes(data);
    }

    protected override void Dispose(bool disposing)
    {
        system.Dispose();
        base.Dispose(disposing);
    }
}
