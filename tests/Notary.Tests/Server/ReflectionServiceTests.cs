using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>grpc.reflection.v1: everything that is served is described, with all that its description needs.</summary>
public sealed class ReflectionServiceTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_service_that_is_listed_is_described_completely()
    {
        var list = await AskAsync(new ServerReflectionRequest { ListServices = "*" });
        var services = list.ListServicesResponse.Service.Select(service => service.Name).ToList();
        Assert.Equal(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "notary.v1.Accounts", "notary.v1.Notary"], services.Order());
        foreach (var service in services)
        {
            var answer = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = service });
            // Building refuses a file whose imports are not all there.
            var files = FileDescriptor.BuildFromByteStrings(answer.FileDescriptorResponse.FileDescriptorProto.Reverse());
            Assert.Contains(files.SelectMany(file => file.Services), described => described.FullName == service);
        }
    }

    [Theory]
    [InlineData("notary.v1.Notary.DepositBatch", "notary/v1/notary.proto")]
    [InlineData("notary.v1.Certificate", "notary/v1/notary.proto")]
    [InlineData("google.rpc.Status", "google/rpc/status.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto")]
    public async Task A_symbol_leads_to_the_file_that_declares_it(string symbol, string file)
    {
        var answer = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol, Host = "here" });
        Assert.Equal("here", answer.ValidHost);
        Assert.Equal(symbol, answer.OriginalRequest.FileContainingSymbol);
        Assert.Equal(file, FileDescriptorProto.Parser.ParseFrom(answer.FileDescriptorResponse.FileDescriptorProto[0]).Name);
        var byName = await AskAsync(new ServerReflectionRequest { FileByFilename = file });
        Assert.Equal(answer.FileDescriptorResponse, byName.FileDescriptorResponse);
    }

    [Fact]
    public async Task What_is_not_here_is_an_error_and_the_stream_goes_on()
    {
        using var call = new ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo(cancellationToken: Cancellation);
        ServerReflectionRequest[] questions =
        [
            new() { FileByFilename = "no/such.proto" },
            new() { FileContainingSymbol = "no.such.Symbol" },
            new() { FileContainingExtension = new ExtensionRequest { ContainingType = "notary.v1.Certificate", ExtensionNumber = 100 } },
            new() { AllExtensionNumbersOfType = "no.such.Type" },
            new(),
        ];
        foreach (var question in questions)
        {
            await call.RequestStream.WriteAsync(question, Cancellation);
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
            var expected = question.MessageRequestCase == ServerReflectionRequest.MessageRequestOneofCase.None
                ? StatusCode.InvalidArgument
                : StatusCode.NotFound;
            Assert.Equal((int)expected, call.ResponseStream.Current.ErrorResponse.ErrorCode);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Cancellation));
    }

    [Fact]
    public async Task No_message_here_has_extensions()
    {
        var answer = await AskAsync(new ServerReflectionRequest { AllExtensionNumbersOfType = "notary.v1.Certificate" });
        Assert.Equal("notary.v1.Certificate", answer.AllExtensionNumbersResponse.BaseTypeName);
        Assert.Empty(answer.AllExtensionNumbersResponse.ExtensionNumber);
    }

    private async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest question)
    {
        using var call = new ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(question, Cancellation);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        return call.ResponseStream.Current;
    }
}
