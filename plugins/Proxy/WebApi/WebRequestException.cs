namespace Teleport.Proxy.WebApi;

/// <summary>A request is refused with a status for which the cluster's error codes have no name.</summary>
internal sealed class WebRequestException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
