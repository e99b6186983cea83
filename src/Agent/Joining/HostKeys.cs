using System.Security.Cryptography;
using Teleport.Ssh.Keys;

namespace Teleport.Agent.Joining;

/// <summary>The keys of this host, shared by all its roles: Ed25519 for SSH and P-256 for TLS. They never leave the host.</summary>
internal sealed class HostKeys
{
    private HostKeys(string sshPem, string tlsPem)
    {
        (SshPem, TlsPem) = (sshPem, tlsPem);
        using SshPrivateKey ssh = SshPrivateKey.Parse(sshPem);
        SshPublicKey = ssh.PublicKey;
        using var tls = ECDsa.Create();
        tls.ImportFromPem(tlsPem);
        TlsPublicKeyInfo = tls.ExportSubjectPublicKeyInfo();
    }

    public string SshPem { get; }

    public string TlsPem { get; }

    public SshPublicKey SshPublicKey { get; }

    public byte[] TlsPublicKeyInfo { get; }

    /// <summary>Reads the keys, or makes them if this is the first start. Whoever is first wins.</summary>
    public static HostKeys ReadOrCreate(string dataDir)
    {
        string folder = Path.Combine(dataDir, "proc");
        PrivateFiles.CreateFolder(folder);
        string file = Path.Combine(folder, "host.key");
        if (!File.Exists(file))
        {
            using SshPrivateKey ssh = SshPrivateKey.Generate(SshKeyKind.Ed25519);
            using var tls = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            PrivateFiles.TryCreate(file, ssh.ToOpenSshPem().TrimEnd() + "\n" + tls.ExportPkcs8PrivateKeyPem() + "\n");
        }

        string text = File.ReadAllText(file);
        int second = text.IndexOf("-----BEGIN PRIVATE KEY-----", StringComparison.Ordinal);
        return second > 0
            ? new HostKeys(text[..second], text[second..])
            : throw Abstractions.Errors.TeleportException.Invalid($"{file} does not hold the keys of this host. Delete {folder} to join anew with a token.");
    }
}
