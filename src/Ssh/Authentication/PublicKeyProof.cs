using System.Buffers;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Messages.Authentication;

namespace Teleport.Ssh.Authentication;

/// <summary>A publickey request of a client: a key or certificate, and a signature if it is a proof (RFC 4252 section 7).</summary>
internal sealed class PublicKeyProof
{
    private readonly byte[]? _signature;

    private PublicKeyProof(string algorithm, byte[] blob, SshPublicKey key, SshCertificate? certificate, byte[]? signature)
    {
        Algorithm = algorithm;
        Blob = blob;
        Key = key;
        Certificate = certificate;
        _signature = signature;
    }

    public string Algorithm { get; }

    public byte[] Blob { get; }

    public SshPublicKey Key { get; }

    public SshCertificate? Certificate { get; }

    public string SignatureAlgorithm => SignatureAlgorithms.SignatureOf(Algorithm);

    public SshAuthenticationKind Kind => _signature is null ? SshAuthenticationKind.Query : SshAuthenticationKind.Proof;

    /// <summary>Reads a request.</summary>
    /// <returns><see langword="null"/> if the algorithm is not accepted here, or key and algorithm do not fit.</returns>
    /// <exception cref="SshException">The request, or the key in it, is malformed.</exception>
    public static PublicKeyProof? Read(byte[] methodData, IReadOnlyList<string> accepted)
    {
        SshReader reader = new(methodData);
        PublicKeyRequest request = PublicKeyRequest.Read(ref reader);
        string algorithm = request.Algorithm;
        if (!accepted.Contains(SignatureAlgorithms.SignatureOf(algorithm)))
            return null;

        SshCertificate? certificate = SignatureAlgorithms.IsCertificate(algorithm) ? SshCertificate.FromBlob(request.Key) : null;
        SshPublicKey key = certificate?.Key ?? SshPublicKey.FromBlob(request.Key);
        bool fits = certificate is null ? SignatureAlgorithms.Fits(algorithm, key) : SignatureAlgorithms.Fits(algorithm, certificate);
        return fits
            ? new PublicKeyProof(algorithm, request.Key.ToArray(), key, certificate, request.HasSignature ? request.Signature.ToArray() : null)
            : null;
    }

    /// <summary>Whether the signature shows possession of the key, for this very connection, user and method.</summary>
    /// <remarks>A certificate's own signature is checked too: a forged one must not even reach the authenticator.</remarks>
    public bool Verify(byte[] sessionId, AuthRequest request)
    {
        if (_signature is null)
            return false;

        byte[] signed = SignedData(sessionId, request.UserName, request.Service, Algorithm, Blob);
        return Key.Verify(SignatureAlgorithm, signed, _signature) && (Certificate is null || Certificate.VerifySignature());
    }

    /// <summary>What a proof signs: the session identifier and the request without its signature.</summary>
    public static byte[] SignedData(byte[] sessionId, string userName, string service, string algorithm, ReadOnlySpan<byte> blob)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        SshWriter writer = new(buffer);
        writer.WriteBinary(sessionId);
        writer.WriteByte(UserAuthRequestMessage.Number);
        writer.WriteString(userName);
        writer.WriteString(service);
        writer.WriteString(AuthMethods.PublicKey);
        new PublicKeyRequest { HasSignature = true, Algorithm = algorithm, Key = blob }.WriteUnsigned(ref writer);
        return buffer.WrittenSpan.ToArray();
    }
}
