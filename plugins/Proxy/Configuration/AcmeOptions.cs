namespace Teleport.Proxy.Configuration;

/// <summary>Certificates by ACME.</summary>
public sealed record AcmeOptions
{
    /// <summary>Whether certificates are asked for.</summary>
    public bool Enabled { get; init; }

    /// <summary>Whom the authority writes to.</summary>
    public string? Email { get; init; }

    /// <summary>The authority's directory.</summary>
    public Uri? Uri { get; init; }
}
