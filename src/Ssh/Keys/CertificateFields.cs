using System.Security.Cryptography;

namespace Teleport.Ssh.Keys;

/// <summary>The fields of a certificate on the wire.</summary>
/// <remarks>
/// OpenSSH's PROTOCOL.certkeys:
/// <code>
/// string  type                  ssh-ed25519-cert-v01@openssh.com, ...
/// string  nonce                 at most 1 KiB; 32 random bytes here
/// ...     fields of the key     as in the plain key
/// uint64  serial
/// uint32  kind                  1 user, 2 host
/// string  key id
/// string  principals            strings, at most 256
/// uint64  valid after           seconds since 1970
/// uint64  valid before          seconds since 1970; 2^64-1 is forever
/// string  critical options      string name, string value, in ascending order
/// string  extensions            likewise
/// string  reserved              ignored
/// string  signature key         a plain key
/// string  signature             over all before it
/// </code>
/// </remarks>
internal sealed record CertificateFields
{
    private const int MaxBlobLength = 64 * 1024;
    private const int MaxPrincipals = 256; // OpenSSH's limit; it refuses certificates with more
    private const int MaxOptions = 256;
    private const int NonceSize = 32;

    public required string Type { get; init; }

    public required SshPublicKey Key { get; init; }

    public required ulong Serial { get; init; }

    public required SshCertificateKind Kind { get; init; }

    public required string KeyId { get; init; }

    public required IReadOnlyList<string> Principals { get; init; }

    public required ulong ValidAfter { get; init; }

    public required ulong ValidBefore { get; init; }

    public required IReadOnlyDictionary<string, byte[]> CriticalOptions { get; init; }

    public required IReadOnlyDictionary<string, byte[]> Extensions { get; init; }

    public required SshPublicKey SignatureKey { get; init; }

    public string SignatureAlgorithm { get; private init; } = "";

    public byte[] Signature { get; private init; } = [];

    public static SshCertificate ReadCertificate(ReadOnlySpan<byte> blob)
    {
        if (blob.Length > MaxBlobLength)
            throw new SshProtocolException($"A certificate has {blob.Length} bytes; at most {MaxBlobLength} are allowed.");

        SshReader reader = new(blob);
        string type = reader.ReadString(KeyTypes.MaxNameLength);
        if (!KeyTypes.IsCertificate(type))
            throw new SshKeyException($"This is not a certificate but a key of type '{TextForPeople.Clean(type)}'.");

        _ = reader.ReadBinary(1024); // the nonce
        CertificateFields fields = new()
        {
            Type = type,
            Key = SshPublicKey.ReadFields(KeyTypes.ToPlain(type), ref reader),
            Serial = reader.ReadUInt64(),
            Kind = ReadKind(ref reader),
            KeyId = reader.ReadString(MaxBlobLength),
            Principals = ReadPrincipals(reader.ReadBinary(MaxBlobLength)),
            ValidAfter = reader.ReadUInt64(),
            ValidBefore = reader.ReadUInt64(),
            CriticalOptions = ReadOptions(reader.ReadBinary(MaxBlobLength)),
            Extensions = ReadOptions(reader.ReadBinary(MaxBlobLength)),
            SignatureKey = ReadSignatureKey(ref reader),
        };
        int signedLength = reader.Position;
        byte[] signature = reader.ReadBinary(MaxBlobLength).ToArray();
        reader.ExpectEnd();

        SshReader signatureReader = new(signature);
        string algorithm = signatureReader.ReadString(KeyTypes.MaxNameLength);
        return new SshCertificate(blob.ToArray(), fields with { Signature = signature, SignatureAlgorithm = algorithm }, signedLength);
    }

    /// <summary>Writes the fields and signs them.</summary>
    public SshCertificate Sign(SshPrivateKey authority, string signatureAlgorithm)
    {
        if (Principals.Count > MaxPrincipals)
            throw new ArgumentException($"A certificate can have at most {MaxPrincipals} principals, not {Principals.Count}.");

        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        writer.WriteString(Type);
        writer.WriteBinary(RandomNumberGenerator.GetBytes(NonceSize));
        writer.WriteRaw(Key.Fields);
        writer.WriteUInt64(Serial);
        writer.WriteUInt32((uint)Kind);
        writer.WriteString(KeyId);
        writer.WriteBinary(WritePrincipals(Principals));
        writer.WriteUInt64(ValidAfter);
        writer.WriteUInt64(ValidBefore);
        writer.WriteBinary(WriteOptions(CriticalOptions));
        writer.WriteBinary(WriteOptions(Extensions));
        writer.WriteBinary([]);
        writer.WriteBinary(SignatureKey.Blob.Span);
        int signedLength = buffer.WrittenCount;
        byte[] signature = authority.Sign(signatureAlgorithm, buffer.WrittenSpan);
        writer.WriteBinary(signature);

        if (buffer.WrittenCount > MaxBlobLength)
            throw new ArgumentException($"The certificate would have {buffer.WrittenCount} bytes; at most {MaxBlobLength} are allowed.");

        CertificateFields signed = this with { Signature = signature, SignatureAlgorithm = signatureAlgorithm };
        return new SshCertificate(buffer.WrittenSpan.ToArray(), signed, signedLength);
    }

    private static SshCertificateKind ReadKind(ref SshReader reader)
    {
        uint kind = reader.ReadUInt32();
        return kind is 1 or 2
            ? (SshCertificateKind)kind
            : throw new SshProtocolException($"A certificate is of kind {kind}; only 1 (user) and 2 (host) exist.");
    }

    private static List<string> ReadPrincipals(ReadOnlySpan<byte> data)
    {
        SshReader reader = new(data);
        List<string> principals = [];
        while (reader.Remaining > 0)
        {
            if (principals.Count == MaxPrincipals)
                throw new SshProtocolException($"A certificate has more than {MaxPrincipals} principals.");
            principals.Add(reader.ReadString(data.Length));
        }

        return principals;
    }

    private static byte[] WritePrincipals(IReadOnlyList<string> principals) => BlobBuilder.Build((ref SshWriter writer) =>
    {
        foreach (string principal in principals)
            writer.WriteString(principal);
    });

    private static Dictionary<string, byte[]> ReadOptions(ReadOnlySpan<byte> data)
    {
        SshReader reader = new(data);
        Dictionary<string, byte[]> options = new(StringComparer.Ordinal);
        ReadOnlySpan<byte> last = default;
        while (reader.Remaining > 0)
        {
            if (options.Count == MaxOptions)
                throw new SshProtocolException($"A certificate has more than {MaxOptions} options or extensions.");

            int start = reader.Position;
            string name = reader.ReadString(data.Length);
            ReadOnlySpan<byte> raw = data[(start + 4)..reader.Position];

            // A name that stands twice would mean one thing here and another thing elsewhere.
            if (options.Count > 0 && raw.SequenceCompareTo(last) <= 0)
                throw new SshProtocolException($"The options of a certificate are not in ascending order at '{TextForPeople.Clean(name)}'.");

            options.Add(name, reader.ReadBinary(data.Length).ToArray());
            last = raw;
        }

        return options;
    }

    private static byte[] WriteOptions(IReadOnlyDictionary<string, byte[]> options) => BlobBuilder.Build((ref SshWriter writer) =>
    {
        // Ordinal order of UTF-16 is that of the bytes for the ASCII names that occur.
        foreach ((string name, byte[] value) in options.OrderBy(option => option.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name);
            writer.WriteBinary(value);
        }
    });

    private static SshPublicKey ReadSignatureKey(ref SshReader reader)
    {
        _ = reader.ReadBinary(MaxBlobLength); // reserved
        return SshPublicKey.FromBlob(reader.ReadBinary(MaxBlobLength)); // refuses a certificate as authority
    }
}
