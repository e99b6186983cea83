using System.Text;

namespace Teleport.Ssh.Keys;

/// <summary>What an authority is asked to certify.</summary>
public sealed record SshCertificateRequest
{
    /// <summary>The key to certify.</summary>
    public required SshPublicKey Key { get; init; }

    /// <summary>User or host.</summary>
    public required SshCertificateKind Kind { get; init; }

    /// <summary>A number of the authority's choice; 0 when it does not count.</summary>
    public ulong Serial { get; init; }

    /// <summary>Whom it is issued to; may be empty.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>
    /// Login names or host names, at most 256. Beware: for OpenSSH an empty list of a host certificate means every host.
    /// </summary>
    public IReadOnlyList<string> Principals { get; init; } = [];

    /// <summary>Valid from then on; fractions of seconds are dropped.</summary>
    public required DateTimeOffset ValidAfter { get; init; }

    /// <summary>Valid up to then; null is forever.</summary>
    public required DateTimeOffset? ValidBefore { get; init; }

    /// <summary>Restrictions: a null value is empty data, any other is stored as one SSH string.</summary>
    public IReadOnlyDictionary<string, string?> CriticalOptions { get; init; } = new Dictionary<string, string?>();

    /// <summary>Permissions and own facts: a null value is empty data, any other is stored as one SSH string.</summary>
    public IReadOnlyDictionary<string, string?> Extensions { get; init; } = new Dictionary<string, string?>();

    /// <summary>Certifies.</summary>
    /// <param name="authority">The authority's key.</param>
    /// <param name="signatureAlgorithm">One of its algorithms; null takes the best.</param>
    /// <exception cref="SshKeyException">The authority's key does not sign with this algorithm.</exception>
    /// <exception cref="ArgumentException">There are too many principals, or the certificate would be too large.</exception>
    public SshCertificate Sign(SshPrivateKey authority, string? signatureAlgorithm = null)
    {
        ArgumentNullException.ThrowIfNull(authority);
        CertificateFields fields = new()
        {
            Type = KeyTypes.ToCertificate(Key.Type),
            Key = Key,
            Serial = Serial,
            Kind = Kind,
            KeyId = KeyId,
            Principals = [.. Principals],
            ValidAfter = ToUnixSeconds(ValidAfter),
            ValidBefore = ValidBefore is { } end ? ToUnixSeconds(end) : SshCertificate.Forever,
            CriticalOptions = Encode(CriticalOptions),
            Extensions = Encode(Extensions),
            SignatureKey = authority.PublicKey,
        };
        return fields.Sign(authority, signatureAlgorithm ?? authority.PublicKey.SignatureAlgorithms[0]);
    }

    private static ulong ToUnixSeconds(DateTimeOffset moment) => (ulong)Math.Max(0, moment.ToUnixTimeSeconds());

    private static Dictionary<string, byte[]> Encode(IReadOnlyDictionary<string, string?> options) => options.ToDictionary(
        option => option.Key,
        option => option.Value is null ? [] : BlobBuilder.Build((ref SshWriter writer) => writer.WriteBinary(Encoding.UTF8.GetBytes(option.Value))),
        StringComparer.Ordinal);
}
