using Grpc.Core;

namespace Teleport.Proxy.Tests.Fixtures;

/// <summary>Stands for the auth service behind the generated clients: each method answers as the test says, and what was asked is kept.</summary>
internal sealed class FakeAuthInvoker : CallInvoker
{
    private readonly Dictionary<string, Func<object, object>> _answers = [];

    public List<object> Requests { get; } = [];

    public void On<TRequest, TResponse>(string method, Func<TRequest, TResponse> answer)
        where TRequest : class
        where TResponse : class => _answers[method] = request => answer((TRequest)request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        lock (Requests)
        {
            Requests.Add(request);
        }

        Task<TResponse> response;
        try
        {
            response = Task.FromResult((TResponse)_answers[method.Name](request));
        }
        catch (Exception e)
        {
            response = Task.FromException<TResponse>(e);
        }

        return new AsyncUnaryCall<TResponse>(response, Task.FromResult(Metadata.Empty), static () => Status.DefaultSuccess, static () => Metadata.Empty, static () => { });
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();
}
