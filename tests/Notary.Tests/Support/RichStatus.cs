using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>The google.rpc.Status that a failed call carries.</summary>
internal static class RichStatus
{
    /// <summary>Fails when there is none, or when it says another thing than the call's own status.</summary>
    public static Google.Rpc.Status Of(RpcException error)
    {
        var bytes = error.Trailers.GetValueBytes("grpc-status-details-bin");
        Assert.True(bytes is not null, $"no details in {error.Message}");
        var status = Google.Rpc.Status.Parser.ParseFrom(bytes);
        Assert.Equal(((int)error.StatusCode, error.Status.Detail), (status.Code, status.Message));
        return status;
    }

    /// <summary>The one wrong field of an INVALID_ARGUMENT.</summary>
    public static BadRequest.Types.FieldViolation Violation(RpcException error) => Violation(Of(error));

    public static BadRequest.Types.FieldViolation Violation(Google.Rpc.Status status)
    {
        Assert.Equal((int)StatusCode.InvalidArgument, status.Code);
        return Assert.Single(Assert.Single(status.Details).Unpack<BadRequest>().FieldViolations);
    }
}
