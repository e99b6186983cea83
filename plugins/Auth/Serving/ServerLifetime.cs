namespace Teleport.Auth.Serving;

/// <summary>When the auth service stops: streams end then, so that nothing keeps a connection open for ever.</summary>
internal sealed class ServerLifetime : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public CancellationToken Stopping => _stop.Token;

    public Task StopAsync() => _stop.CancelAsync();

    public void Dispose() => _stop.Dispose();
}
