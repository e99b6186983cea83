namespace Teleport.Delivery.Services;

/// <summary>Reads each answer whole, up to a limit, within the time of the attempt: a body that never ends ends here.</summary>
internal sealed class BoundedHandler : DelegatingHandler
{
    private const long MaxBytes = 5 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken);
            return response;
        }
        catch
        {
            // Nobody else will: the caller never gets it.
            response.Dispose();
            throw;
        }
    }
}
