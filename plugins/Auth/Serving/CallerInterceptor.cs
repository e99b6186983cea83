using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Auth.Audit;
using Teleport.Auth.Requests;

namespace Teleport.Auth.Serving;

/// <summary>Stands before every method: who calls, may such a caller call this at all; and behind it: errors become what the wire knows.</summary>
internal sealed partial class CallerInterceptor(AuditPipeline audit, LiveGrants grants, TimeProvider time, ILogger<CallerInterceptor> logger) : Interceptor
{
    private const string CallerKey = "caller";
    private const string AddressKey = "address";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, async () =>
        {
            await continuation(request, responseStream, context);
            return true;
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, async () =>
        {
            await continuation(requestStream, responseStream, context);
            return true;
        });

    internal static Caller? CallerOf(ServerCallContext context) => context.UserState[CallerKey] as Caller;

    internal static string AddressOf(ServerCallContext context) => (string)context.UserState[AddressKey];

    private async Task<T> RunAsync<T>(ServerCallContext context, Func<Task<T>> call)
    {
        try
        {
            await AdmitAsync(context);
            return await call();
        }
        catch (TeleportException e)
        {
            if (e.Code == ErrorCode.Internal)
            {
                LogFailed(e, context.Method, "-");
            }

            throw GrpcErrors.ToRpcException(e);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The caller hung up."));
        }
        catch (RpcException)
        {
            throw;
        }
        // A supervision boundary: the details are for the log, the caller gets an id to ask for.
        catch (Exception e)
        {
            string id = Guid.NewGuid().ToString("N");
            LogFailed(e, context.Method, id);
            throw new RpcException(new Status(StatusCode.Internal, $"Internal error {id}."), new Metadata { { AuthProtocol.ErrorIdKey, id } });
        }
    }

    private async Task AdmitAsync(ServerCallContext context)
    {
        HttpContext http = context.GetHttpContext();
        Peer peer = http.Features.Get<Peer>() ?? throw new InvalidOperationException("A connection without a TLS handshake reached the API.");
        if (peer.Refusal is { } refusal)
        {
            throw new TeleportException(ErrorCode.Unauthenticated, refusal);
        }

        if (peer.Caller is { } caller && (caller.User?.Expires ?? caller.Host!.Expires) <= time.GetUtcNow())
        {
            throw new TeleportException(ErrorCode.Unauthenticated, "The client certificate has expired since the connection was made. Connect again with a new one.");
        }

        if (!MethodTable.Allows(context.Method, peer.Caller))
        {
            if (peer.Caller is not { } known)
            {
                throw new TeleportException(ErrorCode.Unauthenticated, "This call needs a client certificate. Log in or join first.");
            }

            await audit.EmitAsync(new AccessDeniedEvent
            {
                User = known.Name, RemoteAddress = known.RemoteAddress, ResourceKind = "api", Verb = context.Method,
            });
            throw TeleportException.AccessDenied(known.Host is { } host
                ? $"Services of role {host.Role} may not call {context.Method}."
                : $"Users may not call {context.Method}.");
        }

        context.UserState[CallerKey] = peer.Caller is { } admitted ? await grants.ReduceAsync(admitted, context.CancellationToken) : null!;
        context.UserState[AddressKey] = peer.RemoteAddress;
    }

    [LoggerMessage(2110, LogLevel.Error, "The call {Method} failed; error id {ErrorId}.")]
    private partial void LogFailed(Exception exception, string method, string errorId);
}

/// <summary>What services ask of the call they serve.</summary>
internal static class ServerCallContextExtensions
{
    /// <summary>Who calls, as the certificate says.</summary>
    public static Caller GetCaller(this ServerCallContext context) =>
        CallerInterceptor.CallerOf(context) ?? throw new TeleportException(ErrorCode.Unauthenticated, "This call needs a client certificate.");

    /// <summary>Who calls; <c>null</c>: no certificate was shown.</summary>
    public static Caller? FindCaller(this ServerCallContext context) => CallerInterceptor.CallerOf(context);

    /// <summary>The host that calls.</summary>
    public static HostIdentity GetHost(this ServerCallContext context) =>
        context.GetCaller().Host ?? throw TeleportException.AccessDenied("Only services may do that.");

    /// <summary>Address and port that the call came from.</summary>
    public static string GetRemoteAddress(this ServerCallContext context) => CallerInterceptor.AddressOf(context);
}
