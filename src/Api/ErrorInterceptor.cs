using Grpc.Core;
using Grpc.Core.Interceptors;
using Teleport.Abstractions.Errors;

namespace Teleport.Api;

/// <summary>Gives every call a deadline unless it streams, and turns gRPC's errors into ours.</summary>
internal sealed class ErrorInterceptor(AuthClientOptions options) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        AsyncUnaryCall<TResponse> call = continuation(request, WithDeadline(context));
        return new AsyncUnaryCall<TResponse>(
            TranslateAsync(call.ResponseAsync, context.Options.CancellationToken),
            call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        AsyncServerStreamingCall<TResponse> call = continuation(request, context);
        return new AsyncServerStreamingCall<TResponse>(
            new Reader<TResponse>(this, call.ResponseStream, context.Options.CancellationToken),
            call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        AsyncClientStreamingCall<TRequest, TResponse> call = continuation(context);
        Task<TResponse> response = TranslateAsync(call.ResponseAsync, context.Options.CancellationToken);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            new Writer<TRequest>(call.RequestStream, response),
            response, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private ClientInterceptorContext<TRequest, TResponse> WithDeadline<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class =>
        context.Options.Deadline is not null
            ? context
            : new(context.Method, context.Host, context.Options.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime + options.CallTimeout));

    private async Task<T> TranslateAsync<T>(Task<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call;
        }
        catch (RpcException e)
        {
            throw Translate(e, cancellationToken);
        }
    }

    private Exception Translate(RpcException e, CancellationToken cancellationToken) => e.StatusCode switch
    {
        _ when cancellationToken.IsCancellationRequested => new OperationCanceledException(e.Message, e, cancellationToken),
        StatusCode.DeadlineExceeded => TeleportException.Unavailable(
            $"The auth service at {options.Endpoint.AddressWithPort.ToHostPort()} did not answer in time.", e),
        _ => GrpcErrors.ToTeleportException(e),
    };

    private sealed class Reader<T>(ErrorInterceptor owner, IAsyncStreamReader<T> inner, CancellationToken callToken) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                return await inner.MoveNext(cancellationToken);
            }
            catch (RpcException e)
            {
                throw owner.Translate(e, cancellationToken.IsCancellationRequested ? cancellationToken : callToken);
            }
        }
    }

    private sealed class Writer<T>(IClientStreamWriter<T> inner, Task response) : IClientStreamWriter<T>
    {
        public WriteOptions? WriteOptions { get => inner.WriteOptions; set => inner.WriteOptions = value; }

        public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

        public async Task WriteAsync(T message, CancellationToken cancellationToken)
        {
            try
            {
                await inner.WriteAsync(message, cancellationToken);
            }
            catch (Exception e) when (e is RpcException || (e is InvalidOperationException && response.IsCompleted))
            {
                // The server has answered already; its answer says why, this exception does not.
                await response;
                throw;
            }
        }

        public Task CompleteAsync() => inner.CompleteAsync();
    }
}
