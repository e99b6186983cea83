using System.Net;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh;

/// <summary>What a server has proved to possess.</summary>
/// <param name="Key">The host key, of the certificate if there is one.</param>
/// <param name="Certificate">
/// The host certificate, whose own signature is verified but not who signed it; <see langword="null"/> for a plain key.
/// </param>
/// <param name="RemoteEndPoint">Where the server is; <see langword="null"/> if the transport does not know.</param>
public sealed record SshHostKeyOffer(SshPublicKey Key, SshCertificate? Certificate, EndPoint? RemoteEndPoint);
