namespace Teleport.Abstractions.Connectors;

/// <summary>A way to prove who somebody is. What they may do then is not the connector's business.</summary>
/// <remarks>Implementations are an <see cref="ICredentialConnector"/> or a connector that redirects to an identity provider.</remarks>
public interface IAuthConnector
{
    /// <summary>The type, as <c>local</c>.</summary>
    string Type { get; }
}
