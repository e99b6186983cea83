using System.Numerics;
using System.Security.Cryptography;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>ssh-rsa: mpints n, e, d, inverse of q, p, q.</summary>
internal sealed class RsaPrivateKey : SshPrivateKey
{
    private const int MaxBytes = RsaPublicKey.MaxBits / 8;

    private readonly Lock _gate = new(); // the base library does not promise concurrent use of one instance
    private readonly RSA _key;

    private RsaPrivateKey(RSA key, RSAParameters parameters)
        : base(new RsaPublicKey(Trim(parameters.Exponent), Trim(parameters.Modulus))) => _key = key;

    public static RsaPrivateKey Generate(int bits)
    {
        if (bits is < RsaPublicKey.MinBits or > RsaPublicKey.MaxBits || bits % 8 != 0)
            throw new SshKeyException($"An RSA key of {bits} bits is refused: {RsaPublicKey.MinBits} to {RsaPublicKey.MaxBits} are allowed.");

        RSA key = RSA.Create(bits);
        return new RsaPrivateKey(key, key.ExportParameters(includePrivateParameters: false));
    }

    public static RsaPrivateKey FromParameters(RSAParameters parameters)
    {
        try
        {
            _ = new RsaPublicKey(Trim(parameters.Exponent), Trim(parameters.Modulus)); // refuses weak keys before they cost anything
            return new RsaPrivateKey(RSA.Create(parameters), parameters);
        }
        catch (CryptographicException exception)
        {
            throw new SshProtocolException("The numbers of an RSA private key do not fit together.", exception);
        }
        finally
        {
            Wipe(parameters);
        }
    }

    public static RsaPrivateKey Read(ref SshReader reader)
    {
        byte[] modulus = reader.ReadMpint(MaxBytes).ToArray();
        byte[] exponent = reader.ReadMpint(MaxBytes).ToArray();
        return ReadSecret(modulus, exponent, ref reader);
    }

    /// <summary>Reads a key whose public half is known from its certificate.</summary>
    public static RsaPrivateKey ReadSecret(byte[] modulus, byte[] exponent, ref SshReader reader)
    {
        BigInteger d = Number(reader.ReadMpint(MaxBytes));
        BigInteger inverseQ = Number(reader.ReadMpint(MaxBytes));
        BigInteger p = Number(reader.ReadMpint(MaxBytes));
        BigInteger q = Number(reader.ReadMpint(MaxBytes));

        // A wrong factor would make signatures that give the other factor away.
        int half = (modulus.Length + 1) / 2;
        if (p <= 1 || q <= 1 || p * q != Number(modulus) || inverseQ * q % p != 1 || p.GetByteCount(true) > half || q.GetByteCount(true) > half)
            throw new SshProtocolException("The numbers of an RSA private key do not fit together.");

        return FromParameters(new RSAParameters
        {
            Modulus = modulus,
            Exponent = exponent,
            D = Bytes(d, modulus.Length),
            P = Bytes(p, half),
            Q = Bytes(q, half),
            DP = Bytes(d % (p - 1), half),
            DQ = Bytes(d % (q - 1), half),
            InverseQ = Bytes(inverseQ, half),
        });
    }

    public override AsymmetricAlgorithm ToAsymmetricAlgorithm()
    {
        lock (_gate)
            return RSA.Create(_key.ExportParameters(includePrivateParameters: true));
    }

    internal override void WriteFields(ref SshWriter writer)
    {
        RSAParameters parameters;
        lock (_gate)
            parameters = _key.ExportParameters(includePrivateParameters: false);

        writer.WriteMpint(parameters.Modulus); // in the other order than in the public key
        writer.WriteMpint(parameters.Exponent);
        WriteSecretFields(ref writer);
    }

    internal override void WriteSecretFields(ref SshWriter writer)
    {
        RSAParameters parameters;
        lock (_gate)
            parameters = _key.ExportParameters(includePrivateParameters: true);

        writer.WriteMpint(parameters.D);
        writer.WriteMpint(parameters.InverseQ);
        writer.WriteMpint(parameters.P);
        writer.WriteMpint(parameters.Q);
        Wipe(parameters);
    }

    private protected override byte[] SignValue(string algorithm, ReadOnlySpan<byte> data)
    {
        lock (_gate)
            return _key.SignData(data, RsaPublicKey.HashOf(algorithm), RSASignaturePadding.Pkcs1);
    }

    private protected override byte[] ExportPkcs8()
    {
        lock (_gate)
            return _key.ExportPkcs8PrivateKey();
    }

    private protected override void Dispose(bool disposing) => _key.Dispose();

    private static void Wipe(RSAParameters parameters)
    {
        CryptographicOperations.ZeroMemory(parameters.D);
        CryptographicOperations.ZeroMemory(parameters.P);
        CryptographicOperations.ZeroMemory(parameters.Q);
        CryptographicOperations.ZeroMemory(parameters.DP);
        CryptographicOperations.ZeroMemory(parameters.DQ);
        CryptographicOperations.ZeroMemory(parameters.InverseQ);
    }

    private static ReadOnlySpan<byte> Trim(byte[]? number) => number.AsSpan().TrimStart((byte)0);

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number, int length)
    {
        byte[] bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        if (bytes.Length > length)
            throw new SshProtocolException("The numbers of an RSA private key do not fit together.");

        return [.. new byte[length - bytes.Length], .. bytes];
    }
}
