namespace Teleport.Pki;

/// <summary>Times that all certificates share.</summary>
public static class CertificateTimes
{
    /// <summary>Certificates are valid from a minute ago, because clocks differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);
}
