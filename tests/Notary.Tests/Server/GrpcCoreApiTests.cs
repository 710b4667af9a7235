using System.IO.Compression;
using System.Text;
using Grpc.Core;
using Grpc.Net.Compression;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>
/// What the API types of gRPC promise. In the core package set these are ours and in the full set the originals: the
/// same tests pass on both, which is what makes the one a stand-in for the other.
/// </summary>
public sealed class GrpcCoreApiTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Theory]
    [InlineData("")]
    [InlineData("x-trace")]
    [InlineData("a.b_c-0")]
    public void Metadata_takes_keys_of_letters_digits_dots_dashes_and_underscores(string key) =>
        Assert.Equal("v", new Metadata { { key, "v" } }.GetValue(key));

    [Theory]
    [InlineData("x trace")]
    [InlineData("x:trace")]
    [InlineData("schlüssel")]
    [InlineData("x\n")]
    public void Metadata_refuses_other_keys(string key)
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "v"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key + "-bin", [1]));
    }

    [Fact]
    public void Metadata_keeps_text_and_bytes_apart_by_the_suffix()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("trace-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("trace", [1]));
        Assert.Throws<ArgumentNullException>(() => new Metadata.Entry("trace", (string)null!));
        Assert.Throws<ArgumentNullException>(() => new Metadata.Entry("trace-bin", (byte[])null!));
        var binary = new Metadata.Entry("TRACE-BIN", [1, 2]);
        Assert.True(binary.IsBinary);
        Assert.Throws<InvalidOperationException>(() => binary.Value);
        Assert.Equal("hello"u8.ToArray(), new Metadata.Entry("trace", "hello").ValueBytes);
    }

    [Fact]
    public void Metadata_entries_cannot_be_changed_from_outside()
    {
        byte[] given = [1, 2];
        var entry = new Metadata.Entry("trace-bin", given);
        given[0] = 9;
        entry.ValueBytes[1] = 9;
        Assert.Equal([1, 2], entry.ValueBytes);
    }

    [Fact]
    public void Metadata_finds_the_last_entry_of_a_key_whatever_its_case()
    {
        var metadata = new Metadata { { "Key", "first" }, { "other", "x" }, { "kEY", "last" } };
        Assert.Equal("key", metadata[0].Key);
        Assert.Equal("last", metadata.GetValue("KEY"));
        Assert.Equal(["first", "last"], metadata.GetAll("key").Select(entry => entry.Value));
        Assert.Null(metadata.Get("none"));
        Assert.Null(metadata.GetValueBytes("none"));
    }

    [Fact]
    public void Empty_metadata_cannot_be_written_to()
    {
        Assert.True(Metadata.Empty.IsReadOnly);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "b"));
        Assert.Throws<InvalidOperationException>(Metadata.Empty.Clear);
        Assert.Empty(Metadata.Empty);
    }

    [Fact]
    public void A_status_prints_its_code_its_detail_and_its_exception()
    {
        Assert.Equal("Status(StatusCode=\"OK\", Detail=\"\")", Status.DefaultSuccess.ToString());
        var failed = new Status(StatusCode.DataLoss, "gone", new IOException("disk"));
        Assert.Equal(
            "Status(StatusCode=\"DataLoss\", Detail=\"gone\", DebugException=\"System.IO.IOException: disk\")", failed.ToString());
    }

    [Fact]
    public void An_rpc_exception_carries_status_and_trailers()
    {
        var cause = new IOException("disk");
        var exception = new RpcException(new Status(StatusCode.NotFound, "none", cause), new Metadata { { "a", "b" } });
        Assert.Equal(StatusCode.NotFound, exception.StatusCode);
        Assert.Same(cause, exception.InnerException);
        Assert.Equal(exception.Status.ToString(), exception.Message);
        Assert.Equal("b", exception.Trailers.GetValue("a"));
        Assert.Empty(new RpcException(Status.DefaultCancelled).Trailers);
        Assert.Equal("words", new RpcException(Status.DefaultCancelled, "words").Message);
        Assert.Throws<ArgumentNullException>(() => new RpcException(Status.DefaultCancelled, (Metadata)null!));
    }

    [Fact]
    public void Call_options_change_one_value_at_a_time_in_a_copy()
    {
        var headers = new Metadata();
        var before = new CallOptions(headers);
        var after = before.WithDeadline(DateTime.UnixEpoch).WithWaitForReady();
        Assert.Same(headers, after.Headers);
        Assert.Equal(DateTime.UnixEpoch, after.Deadline);
        Assert.True(after.IsWaitForReady);
        Assert.Null(before.Deadline);
        Assert.False(before.IsWaitForReady);
    }

    [Fact]
    public void A_marshaller_of_arrays_can_stand_for_one_of_contexts()
    {
        var context = new ArrayContext();
        var marshaller = Marshallers.StringMarshaller;
        marshaller.ContextualSerializer("grüezi", context);
        Assert.Equal("grüezi", Encoding.UTF8.GetString(context.Payload!));
        var contextual = Marshallers.Create<string>((_, _) => { }, _ => "");
        Assert.Throws<NotImplementedException>(() => contextual.Serializer("a"));
        Assert.Throws<NotImplementedException>(() => contextual.Deserializer([]));
    }

    [Fact]
    public void A_service_has_each_method_once()
    {
        var echo = new Method<string, string>(
            MethodType.Unary, "a.Service", "Echo", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        Assert.Equal("/a.Service/Echo", echo.FullName);
        var builder = ServerServiceDefinition.CreateBuilder().AddMethod(echo, (UnaryServerMethod<string, string>)((text, _) => Task.FromResult(text)));
        Assert.Throws<ArgumentException>(() => builder.AddMethod(echo, (UnaryServerMethod<string, string>)((text, _) => Task.FromResult(text))));
        var binder = new CountingBinder();
        builder.Build().BindService(binder);
        Assert.Equal(1, binder.Methods);
    }

    [Fact]
    public void Deflate_is_the_zlib_format()
    {
        using var compressed = new MemoryStream();
        using (var writer = new DeflateCompressionProvider(CompressionLevel.Fastest).CreateCompressionStream(compressed, null))
            writer.Write("hello"u8);
        compressed.Position = 0;
        using var reader = new StreamReader(new ZLibStream(compressed, CompressionMode.Decompress, leaveOpen: true));
        Assert.Equal("hello", reader.ReadToEnd());
        Assert.True(compressed.CanRead);
    }

    [Fact]
    public void A_credential_composed_of_fewer_than_two_is_refused()
    {
        var one = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        Assert.Throws<ArgumentException>(() => CallCredentials.Compose(one));
        Assert.NotNull(CallCredentials.Compose(one, one));
    }

    [Fact]
    public async Task A_client_without_a_channel_refuses_every_call_and_one_with_another_host_still_calls()
    {
        var unconnected = new UnconnectedClient();
        Assert.Throws<NotImplementedException>(() => unconnected.GetLedgerInfo(
            new Proto.GetLedgerInfoRequest(), cancellationToken: TestContext.Current.CancellationToken));
        var elsewhere = server.Client.WithHost("notary.example.org");
        var info = await elsewhere.GetLedgerInfoAsync(
            new Proto.GetLedgerInfoRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(server.Origin, info.Origin);
    }

    private sealed class UnconnectedClient : Proto.Notary.NotaryClient;

    private sealed class ArrayContext : SerializationContext
    {
        public byte[]? Payload { get; private set; }

        public override void Complete(byte[] payload) => Payload = payload;
    }

    private sealed class CountingBinder : ServiceBinderBase
    {
        public int Methods { get; private set; }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Methods++;
    }
}
