using Grpc.Core;
using Teleport.Abstractions.Errors;

namespace Teleport.Api.Tests;

public sealed class GrpcErrorsTests
{
    [Theory]
    [InlineData(ErrorCode.NotFound, StatusCode.NotFound)]
    [InlineData(ErrorCode.AccessDenied, StatusCode.PermissionDenied)]
    [InlineData(ErrorCode.Unauthenticated, StatusCode.Unauthenticated)]
    [InlineData(ErrorCode.Conflict, StatusCode.AlreadyExists)]
    [InlineData(ErrorCode.Invalid, StatusCode.InvalidArgument)]
    [InlineData(ErrorCode.Limit, StatusCode.ResourceExhausted)]
    [InlineData(ErrorCode.Unavailable, StatusCode.Unavailable)]
    [InlineData(ErrorCode.Internal, StatusCode.Internal)]
    public void Error_OverTheWire_KeepsCodeAndMessage(ErrorCode code, StatusCode status)
    {
        RpcException wire = GrpcErrors.ToRpcException(new TeleportException(code, "what and why"));
        TeleportException back = GrpcErrors.ToTeleportException(wire);

        Assert.Equal((status, code, "what and why"), (wire.StatusCode, back.Code, back.Message));
    }

    [Fact]
    public void Error_WithAnId_NamesTheIdAndNothingElse()
    {
        var wire = new RpcException(new Status(StatusCode.Internal, "stack trace"), new Metadata { { AuthProtocol.ErrorIdKey, "abc123" } });

        TeleportException error = GrpcErrors.ToTeleportException(wire);

        Assert.Contains("abc123", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("stack trace", error.Message, StringComparison.Ordinal);
    }
}
