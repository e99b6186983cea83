using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Files;

/// <summary>All that a user or service needs to prove itself and to know its cluster, in one text file.</summary>
/// <remarks>
/// In this order: private key (PEM) for SSH and TLS; a second private key for TLS, if that is another one; SSH certificate line;
/// X.509 certificate (PEM); X.509 certificates of the host authorities; <c>@cert-authority</c> lines as in known_hosts.
/// Described in docs/formats/identity-file.md.
/// </remarks>
public sealed record IdentityFile
{
    private const int MaxLength = 1024 * 1024;
    private const string CertificateLabel = "CERTIFICATE";

    /// <summary>The private key for SSH, in PEM.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>The private key for TLS in PEM; null: <see cref="PrivateKey"/> serves both.</summary>
    public string? TlsPrivateKey { get; init; }

    /// <summary>The SSH certificate, or null.</summary>
    public SshCertificate? SshCertificate { get; init; }

    /// <summary>The X.509 certificate in PEM, or null.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>X.509 certificates of the host authorities, in PEM.</summary>
    public IReadOnlyList<string> TlsAuthorities { get; init; } = [];

    /// <summary>SSH keys of the host authorities.</summary>
    public IReadOnlyList<HostAuthorityLine> SshAuthorities { get; init; } = [];

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: names what is wrong.</exception>
    public static IdentityFile Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
            throw TeleportException.Invalid($"The identity file has {text.Length} characters; at most {MaxLength} are allowed.");

        try
        {
            return new IdentityFileParser().Parse(text);
        }
        catch (Exception exception) when (exception is SshException or CryptographicException or ArgumentException)
        {
            throw new TeleportException(ErrorCode.Invalid, $"The identity file is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Formats the file.</summary>
    public string Format()
    {
        StringBuilder text = new();
        AppendBlock(PrivateKey);
        AppendBlock(TlsPrivateKey);
        AppendBlock(SshCertificate?.ToAuthorizedKeysLine());
        AppendBlock(TlsCertificate);
        foreach (string authority in TlsAuthorities)
            AppendBlock(authority);
        foreach (HostAuthorityLine line in SshAuthorities)
            AppendBlock(line.Format());
        return text.ToString();

        void AppendBlock(string? block)
        {
            if (block is not null)
                text.Append(block.Trim()).Append('\n');
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TeleportException">Code <c>not_found</c> or <c>invalid</c>.</exception>
    public static IdentityFile Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TeleportException(ErrorCode.NotFound, $"There is no identity file {path}.", exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new TeleportException(ErrorCode.AccessDenied, $"The identity file {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Writes the file whole or not at all, readable by its owner only.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void Save(string path)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        try
        {
            using (FileStream stream = new(temporary, options))
            {
                stream.Write(Encoding.UTF8.GetBytes(Format()));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The private key for SSH; the caller disposes it.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it cannot be read.</exception>
    public SshPrivateKey OpenSshKey()
    {
        try
        {
            return SshPrivateKey.Parse(PrivateKey);
        }
        catch (SshException exception)
        {
            throw new TeleportException(ErrorCode.Invalid, $"The private key of the identity file cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>The X.509 certificate with its private key; the caller disposes it.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: there is none, or certificate and key do not fit.</exception>
    public X509Certificate2 OpenTlsCertificate()
    {
        if (TlsCertificate is null)
            throw TeleportException.Invalid("The identity file has no X.509 certificate. Make a new one: tctl auth sign --format=file.");

        try
        {
            using SshPrivateKey key = SshPrivateKey.Parse(TlsPrivateKey ?? PrivateKey);
            return X509Certificate2.CreateFromPem(TlsCertificate, key.ToPkcs8Pem());
        }
        catch (Exception exception) when (exception is SshException or CryptographicException or ArgumentException)
        {
            throw new TeleportException(ErrorCode.Invalid, "The private key of the identity file does not fit its X.509 certificate.", exception);
        }
    }

    /// <summary>The X.509 certificates of the host authorities.</summary>
    public X509Certificate2Collection OpenTlsAuthorities() => [.. TlsAuthorities.Select(pem => X509Certificate2.CreateFromPem(pem))];

    private sealed class IdentityFileParser
    {
        private readonly List<string> _keys = [];
        private readonly List<string> _certificates = [];
        private readonly List<HostAuthorityLine> _authorities = [];
        private SshCertificate? _sshCertificate;

        public IdentityFile Parse(string text)
        {
            int position = 0;
            foreach (Range range in Blocks(text))
            {
                ReadLines(text[position..range.Start.Value]);
                string block = text[range];
                (block.Contains("PRIVATE KEY", StringComparison.Ordinal) ? _keys : _certificates).Add(block + "\n");
                position = range.End.Value;
            }

            ReadLines(text[position..]);
            if (_keys.Count is 0 or > 2)
                throw TeleportException.Invalid($"The identity file holds {_keys.Count} private keys; it needs one, or one for SSH and one for TLS.");

            foreach (string certificate in _certificates)
                X509Certificate2.CreateFromPem(certificate).Dispose(); // refuses what is not one
            return new IdentityFile
            {
                PrivateKey = _keys[0],
                TlsPrivateKey = _keys.ElementAtOrDefault(1),
                SshCertificate = _sshCertificate,
                TlsCertificate = _certificates.FirstOrDefault(),
                TlsAuthorities = [.. _certificates.Skip(1)],
                SshAuthorities = _authorities,
            };
        }

        private static List<Range> Blocks(string text)
        {
            List<Range> blocks = [];
            int position = 0;
            while (PemEncoding.TryFind(text.AsSpan(position), out PemFields fields))
            {
                string label = text[position..][fields.Label];
                if (label != CertificateLabel && !label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
                    throw TeleportException.Invalid($"The identity file has a block \"{label}\" that is neither a private key nor a certificate.");

                blocks.Add((position + fields.Location.Start.Value)..(position + fields.Location.End.Value));
                position += fields.Location.End.Value;
            }

            return blocks;
        }

        private void ReadLines(string text)
        {
            foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.StartsWith('#'))
                    continue;
                if (line.StartsWith('@'))
                    _authorities.Add(HostAuthorityLine.Parse(line));
                else if (_sshCertificate is null)
                    _sshCertificate = SshCertificate.Parse(line);
                else
                    throw TeleportException.Invalid("The identity file has two SSH certificates.");
            }
        }
    }
}
