using System.Security.Cryptography;
using Teleport.Abstractions.Configuration;
using Teleport.Proxy.Configuration;

namespace Teleport.Proxy.Tls;

/// <summary>The configured key pairs: finds their files, reads them, and knows when they changed.</summary>
internal sealed class KeypairFiles(IReadOnlyList<HttpsKeypair> keypairs)
{
    private string _stamp = "";

    /// <summary>Reads all pairs.</summary>
    /// <exception cref="OptionsException">Names the key of the configuration whose file is missing or wrong.</exception>
    public IReadOnlyList<WebCertificate> Load()
    {
        string stamp = Stamp();
        var loaded = new List<WebCertificate>();
        for (int i = 0; i < keypairs.Count; i++)
        {
            foreach ((string certificateFile, string keyFile) in Find(keypairs[i], i))
            {
                loaded.Add(Load(certificateFile, keyFile, i));
            }
        }

        // Taken before reading: what changes meanwhile is seen at the next look.
        _stamp = stamp;
        return loaded;
    }

    /// <summary>Whether a file changed, came or went since the last <see cref="Load()"/>.</summary>
    public bool HaveChanged() => Stamp() != _stamp;

    private static WebCertificate Load(string certificateFile, string keyFile, int index)
    {
        try
        {
            return WebCertificate.Load(certificateFile, keyFile);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OptionsException(
                $"proxy_service.https_keypairs[{index}]",
                $"cannot use the certificate {certificateFile} with the key {keyFile}: {e.Message} Both must be PEM files, and the key unencrypted and that of the first certificate.");
        }
    }

    private static (string CertificateFile, string KeyFile)[] Find(HttpsKeypair pair, int index)
    {
        string keyFile = Path.GetFullPath(pair.KeyFile);
        string certificateFile = Path.GetFullPath(pair.CertFile);
        if (File.Exists(keyFile) && File.Exists(certificateFile))
        {
            return [(certificateFile, keyFile)];
        }

        if (!keyFile.Contains('*', StringComparison.Ordinal) || !certificateFile.Contains('*', StringComparison.Ordinal))
        {
            (string key, string file) = File.Exists(keyFile) ? ("cert_file", certificateFile) : ("key_file", keyFile);
            throw new OptionsException($"proxy_service.https_keypairs[{index}].{key}", $"there is no file {file}. Write the path of an existing PEM file.");
        }

        // What "*" stands for is the same in both paths: that is how keys find their certificates.
        Dictionary<string, string> keys = PathPattern.Match(keyFile);
        Dictionary<string, string> certificates = PathPattern.Match(certificateFile);
        (string, string)[] pairs =
        [
            .. certificates.Where(c => keys.ContainsKey(c.Key)).OrderBy(static c => c.Key, StringComparer.Ordinal).Select(c => (c.Value, keys[c.Key])),
        ];
        return pairs.Length > 0 ? pairs : throw new OptionsException(
            $"proxy_service.https_keypairs[{index}]", $"no files match {keyFile} and {certificateFile}. Write paths of existing PEM files.");
    }

    private string Stamp()
    {
        try
        {
            IEnumerable<string> files = keypairs.SelectMany(static (pair, i) => Find(pair, i)).SelectMany(static p => new[] { p.CertificateFile, p.KeyFile });
            return string.Join('\n', files.Select(static f => $"{f} {File.GetLastWriteTimeUtc(f).Ticks} {new FileInfo(f).Length}"));
        }
        catch (Exception e) when (e is OptionsException or IOException)
        {
            // Being replaced at this moment, or gone: different from whatever was loaded.
            return e.Message;
        }
    }
}
