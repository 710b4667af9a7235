using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>
/// grpc.reflection.v1: which services are here and the proto files that declare them, so that general tools can call
/// them without our files. The answers are fixed when the program is built.
/// </summary>
internal sealed class ReflectionService(OpenStreams streams) : ServerReflection.ServerReflectionBase
{
    private static readonly ServiceDescriptor[] Services = [Proto.Notary.Descriptor, Proto.Accounts.Descriptor, Health.Descriptor, ServerReflection.Descriptor];

    private static readonly Dictionary<string, FileDescriptor> Files = CollectFiles();

    private static readonly Dictionary<string, FileDescriptor> Symbols = CollectSymbols();

    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        streams.AddPublic(context);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, streams.Stopping);
        try
        {
            while (await requestStream.MoveNext(ending.Token))
                await responseStream.WriteAsync(Answer(requestStream.Current));
        }
        catch (OperationCanceledException) when (streams.Stopping.IsCancellationRequested)
        {
            throw GrpcErrors.Stopping().ToException();
        }
    }

    private static ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse
                {
                    Service = { Services.Select(service => new ServiceResponse { Name = service.FullName }) },
                };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                SetFile(response, Files.GetValueOrDefault(request.FileByFilename));
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                SetFile(response, Symbols.GetValueOrDefault(request.FileContainingSymbol));
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                SetFile(response, null);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                SetExtensions(response, request.AllExtensionNumbersOfType);
                break;
            default:
                SetError(response, StatusCode.InvalidArgument, "the request asks nothing");
                break;
        }

        return response;
    }

    private static void SetFile(ServerReflectionResponse response, FileDescriptor? file)
    {
        if (file is null)
        {
            SetError(response, StatusCode.NotFound, "no proto file here has this name or declares this symbol");
            return;
        }

        response.FileDescriptorResponse = new FileDescriptorResponse();
        foreach (var needed in WithImports(file).Distinct())
            response.FileDescriptorResponse.FileDescriptorProto.Add(needed.SerializedData);
    }

    private static void SetExtensions(ServerReflectionResponse response, string type)
    {
        if (Symbols.ContainsKey(type))
            response.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type };
        else
            SetError(response, StatusCode.NotFound, "no proto file here declares this type");
    }

    private static void SetError(ServerReflectionResponse response, StatusCode code, string message) =>
        response.ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message };

    private static Dictionary<string, FileDescriptor> CollectFiles() =>
        Services.SelectMany(service => WithImports(service.File)).Distinct().ToDictionary(file => file.Name, StringComparer.Ordinal);

    private static Dictionary<string, FileDescriptor> CollectSymbols()
    {
        var symbols = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        foreach (var file in Files.Values)
        {
            foreach (var name in file.Services.SelectMany(ServiceNames)
                .Concat(file.MessageTypes.SelectMany(MessageNames))
                .Concat(file.EnumTypes.Select(type => type.FullName)))
                symbols.Add(name, file);
        }

        return symbols;
    }

    private static IEnumerable<FileDescriptor> WithImports(FileDescriptor file) =>
        file.Dependencies.SelectMany(WithImports).Prepend(file);

    private static IEnumerable<string> ServiceNames(ServiceDescriptor service) =>
        service.Methods.Select(method => method.FullName).Prepend(service.FullName);

    private static IEnumerable<string> MessageNames(MessageDescriptor message) => message.NestedTypes.SelectMany(MessageNames)
        .Concat(message.EnumTypes.Select(type => type.FullName))
        .Prepend(message.FullName);
}
