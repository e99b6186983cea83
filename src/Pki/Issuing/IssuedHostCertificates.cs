using System.Security.Cryptography.X509Certificates;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Issuing;

/// <summary>The certificates of a joined service.</summary>
/// <param name="Ssh">For SSH.</param>
/// <param name="Tls">For everything else, without private key; null when no TLS key was given. The receiver disposes it.</param>
public sealed record IssuedHostCertificates(SshCertificate Ssh, X509Certificate2? Tls);
