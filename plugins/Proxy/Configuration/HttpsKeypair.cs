namespace Teleport.Proxy.Configuration;

/// <summary>A certificate of the web address and its key, both PEM files. A <c>*</c> that no literal path has stands for any name of a folder or file.</summary>
public sealed record HttpsKeypair
{
    /// <summary>Path of the private key.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Path of the certificate, followed by those of the authorities between it and a root.</summary>
    public string CertFile { get; init; } = "";
}
