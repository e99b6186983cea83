using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Teleport.Proxy.Tls;

/// <summary>A certificate with its key and chain, ready to be presented, and the names that it is good for. Lives as long as the process.</summary>
internal sealed class WebCertificate
{
    private readonly string[] _names;

    public WebCertificate(X509Certificate2 certificate, X509Certificate2Collection chain, string source)
    {
        Certificate = certificate;
        Source = source;
        _names = [.. NamesOf(certificate)];
        // Made once: building the chain costs more than the rest of a handshake.
        Context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>Where it came from, for people.</summary>
    public string Source { get; }

    public SslStreamCertificateContext Context { get; }

    /// <summary>Whether it is good for a name: exactly, or by a wildcard for its first label (RFC 9525 section 6.3).</summary>
    public bool Matches(string serverName)
    {
        foreach (string name in _names)
        {
            if (string.Equals(name, serverName, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            int dot = serverName.IndexOf('.', StringComparison.Ordinal);
            if (name.StartsWith("*.", StringComparison.Ordinal) && dot > 0
                && serverName.AsSpan(dot).Equals(name.AsSpan(1), StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it is good for all of some names and addresses.</summary>
    public bool Covers(IEnumerable<string> names) => names.All(Matches);

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        bool any = false;
        foreach (X509SubjectAlternativeNameExtension extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            foreach (string name in extension.EnumerateDnsNames())
            {
                any = true;
                yield return name;
            }

            foreach (IPAddress address in extension.EnumerateIPAddresses())
            {
                any = true;
                yield return address.ToString();
            }
        }

        // Very old certificates name their host in the subject only.
        if (!any && certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is { Length: > 0 } common)
        {
            yield return common;
        }
    }

    /// <summary>Reads a pair of PEM files.</summary>
    /// <exception cref="CryptographicException">A file holds something else, or the key does not fit.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static WebCertificate Load(string certificateFile, string keyFile)
    {
        using var fromPem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        foreach (X509Certificate2 own in chain.Where(c => c.RawDataMemory.Span.SequenceEqual(fromPem.RawDataMemory.Span)).ToArray())
        {
            chain.Remove(own);
            own.Dispose();
        }

        return new WebCertificate(Persistable(fromPem), chain, certificateFile);
    }

    // SslStream on some systems cannot use a key that exists in memory only.
    private static X509Certificate2 Persistable(X509Certificate2 certificate) =>
        OperatingSystem.IsWindows()
            ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
            : new X509Certificate2(certificate);
}
