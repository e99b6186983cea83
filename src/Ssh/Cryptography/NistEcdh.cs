using System.Security.Cryptography;

namespace Teleport.Ssh.Cryptography;

/// <summary>Diffie-Hellman on a NIST curve with points as SSH sends them: 0x04, X, Y (RFC 5656 section 4).</summary>
internal sealed class NistEcdh : IDisposable
{
    private readonly ECDiffieHellman _key;
    private readonly int _coordinateSize;
    private readonly ECCurve _curve;

    public NistEcdh(int bits)
    {
        _curve = bits switch
        {
            256 => ECCurve.NamedCurves.nistP256,
            384 => ECCurve.NamedCurves.nistP384,
            521 => ECCurve.NamedCurves.nistP521,
            _ => throw new ArgumentOutOfRangeException(nameof(bits), bits, "The curves have 256, 384 or 521 bits."),
        };
        _coordinateSize = (bits + 7) / 8;
        _key = ECDiffieHellman.Create(_curve);
    }

    public byte[] PublicPoint
    {
        get
        {
            ECPoint point = _key.ExportParameters(includePrivateParameters: false).Q;
            return [0x04, .. point.X!, .. point.Y!];
        }
    }

    /// <summary>Computes the shared X coordinate.</summary>
    /// <exception cref="SshProtocolException">The peer's value is not an uncompressed point on this curve.</exception>
    public byte[] Agree(ReadOnlySpan<byte> peerPoint)
    {
        if (peerPoint.Length != 1 + (2 * _coordinateSize) || peerPoint[0] != 0x04)
            throw new SshProtocolException($"The peer's ECDH value is not an uncompressed point of {_coordinateSize * 8} bit coordinates.");

        try
        {
            // Importing checks that the point is on the curve; the cofactor is 1, so that this is the whole check.
            using ECDiffieHellman peer = ECDiffieHellman.Create(new ECParameters
            {
                Curve = _curve,
                Q = new ECPoint
                {
                    X = peerPoint.Slice(1, _coordinateSize).ToArray(),
                    Y = peerPoint[(1 + _coordinateSize)..].ToArray(),
                },
            });
            using ECDiffieHellmanPublicKey publicKey = peer.PublicKey;
            return _key.DeriveRawSecretAgreement(publicKey);
        }
        catch (CryptographicException exception)
        {
            throw new SshProtocolException("The peer's ECDH value is not a point on the curve.", exception);
        }
    }

    public void Dispose() => _key.Dispose();
}
