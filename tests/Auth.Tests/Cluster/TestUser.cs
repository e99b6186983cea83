using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Web;
using OtpNet;
using Teleport.Api;
using Teleport.Api.Login.V1;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Tests.Cluster;

/// <summary>A user with an authenticator app.</summary>
internal sealed class TestUser(AuthCluster cluster, string name, string otpUri)
{
    private readonly Totp? _totp = otpUri.Length > 0 ? new Totp(Base32Encoding.ToBytes(HttpUtility.ParseQueryString(new Uri(otpUri).Query)["secret"])) : null;

    public string Name => name;

    /// <summary>The code that the app shows, so many steps of 30 s from now.</summary>
    public string Code(int steps = 0) => _totp?.ComputeTotp(cluster.Time.GetUtcNow().UtcDateTime.AddSeconds(30 * steps)) ?? "";

    /// <summary>A code that was not used yet: moves the clock on.</summary>
    public string FreshCode()
    {
        cluster.Time.Advance(TimeSpan.FromSeconds(60));
        return Code();
    }

    public LoginRequest Request(string password = AuthCluster.Password, string? code = null, string address = "192.0.2.1:4000") => new()
    {
        UserName = name, Password = password, OtpCode = code ?? "", ClientAddr = address, SshPublicKey = UserKey.Generate().SshLine,
    };

    public async Task<LoggedIn> LoginAsync(Action<LoginRequest>? change = null)
    {
        UserKey key = UserKey.Generate();
        LoginRequest request = Request(code: FreshCode());
        request.SshPublicKey = key.SshLine;
        change?.Invoke(request);
        JoinedHost proxy = await cluster.ProxyAsync();
        LoginResponse response = await proxy.Client.Login.LoginAsync(request);
        return new LoggedIn(cluster, key, response.Certificates);
    }
}

/// <summary>A P-256 key for SSH and TLS, as tsh makes it.</summary>
internal sealed class UserKey(ECDsa key)
{
    public ECDsa Key { get; } = key;

    public string SshLine { get; } = SshPrivateKey.FromAsymmetricAlgorithm(key).PublicKey.ToAuthorizedKeysLine();

    public static UserKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
}

/// <summary>A user with certificates.</summary>
internal sealed class LoggedIn(AuthCluster cluster, UserKey key, UserCertificates certificates)
{
    private AuthClient? _client;

    public UserKey Key { get; } = key;

    public UserCertificates Certificates { get; } = certificates;

    public SshCertificate Ssh { get; } = SshCertificate.Parse(certificates.SshCertificate);

    public X509Certificate2 Tls { get; } = X509Certificate2.CreateFromPem(certificates.TlsCertificate).CopyWithPrivateKey(key.Key);

    public AuthClient Client => _client ??= cluster.Client(Tls);
}
