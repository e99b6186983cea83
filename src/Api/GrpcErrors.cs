using Grpc.Core;
using Teleport.Abstractions.Errors;

namespace Teleport.Api;

/// <summary>Errors on the wire: the code as a gRPC status, the message as its detail.</summary>
public static class GrpcErrors
{
    /// <summary>What went wrong, as everybody but gRPC knows it.</summary>
    public static TeleportException ToTeleportException(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        // What failed while connecting is said best by whoever connected.
        for (Exception? inner = exception.Status.DebugException; inner is not null; inner = inner.InnerException)
        {
            if (inner is TeleportException known)
            {
                return new TeleportException(known.Code, known.Message, exception);
            }
        }

        string? errorId = exception.Trailers.GetValue(AuthProtocol.ErrorIdKey);
        return exception.StatusCode switch
        {
            StatusCode.Unavailable when exception.Status.DebugException is { } cause =>
                TeleportException.Unavailable($"The connection to the auth service failed: {Innermost(cause).Message}", exception),
            StatusCode.Unimplemented => TeleportException.Invalid(
                "The auth service does not know this call: it is older than this program. Upgrade it."),
            _ when errorId is not null => new TeleportException(
                ErrorCode.Internal, $"The auth service failed; its log has the details under the error id {errorId}.", exception),
            _ => new TeleportException(ErrorCodes.FromGrpcStatus((int)exception.StatusCode), exception.Status.Detail, exception),
        };
    }

    /// <summary>The error as it goes over the wire.</summary>
    public static RpcException ToRpcException(TeleportException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new RpcException(new Status((StatusCode)exception.Code.GrpcStatus(), exception.Message));
    }

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
