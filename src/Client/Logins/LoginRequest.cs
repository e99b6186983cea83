using Teleport.Client.Web;

namespace Teleport.Client.Logins;

/// <summary>What a user asked for at a login.</summary>
public sealed record LoginRequest
{
    /// <summary>The proxy.</summary>
    public required ProxyAddress Proxy { get; init; }

    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>The connector; <c>null</c>: the cluster's default.</summary>
    public string? Connector { get; init; }

    /// <summary>The wished life of the certificates; <c>null</c>: the cluster's default.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Layout of the SSH certificate: <c>standard</c> or <c>oldssh</c>.</summary>
    public string CertificateFormat { get; init; } = "standard";

    /// <summary>The cluster to be routed to; <c>null</c>: the proxy's own.</summary>
    public string? Cluster { get; init; }

    /// <summary>Whether the proxy's certificate goes unverified.</summary>
    public bool Insecure { get; init; }

    /// <summary>Whether nothing is said when the cluster expects a newer program.</summary>
    public bool SkipVersionCheck { get; init; }
}

/// <summary>Asks the user for secrets.</summary>
public interface ILoginPrompts
{
    /// <summary>Asks for a secret that is not shown.</summary>
    Task<string> AskSecretAsync(string prompt, CancellationToken cancellationToken);

    /// <summary>Asks for something that may be shown, as a one-time code.</summary>
    Task<string> AskAsync(string prompt, CancellationToken cancellationToken);
}
