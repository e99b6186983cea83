using System.Globalization;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Client.Web;
using Teleport.Pki.Files;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Logins;

/// <summary>Logs in: asks the proxy what is needed, asks the user, makes a key, and gets certificates for it.</summary>
public sealed class LoginFlow(ILoginPrompts prompts, TimeProvider time)
{
    private const int DefaultSshPort = 3023;
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(1);

    /// <summary>Logs in.</summary>
    /// <returns>The profile and its certificates; nothing is stored.</returns>
    /// <exception cref="TeleportException">It was refused, or the proxy cannot be reached or trusted.</exception>
    public async Task<(Profile Profile, IdentityFile Identity)> RunAsync(LoginRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var web = new WebApiClient(request.Proxy, request.Insecure);
        PingAnswer ping = await web.PingAsync(request.Connector, cancellationToken);
        if (ping.Auth?.Type is { Length: > 0 } type && type != "local")
        {
            throw TeleportException.Invalid($"The cluster logs in by {Names.Printable(type)}, which this version of tsh does not do. Use --auth=local if the cluster has passwords.");
        }

        string password = await prompts.AskSecretAsync($"Enter password for Teleport user {request.User}:", cancellationToken);
        string? code = ping.Auth?.SecondFactor is null or "off" ? null : await prompts.AskAsync("Enter your OTP token:", cancellationToken);
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        CertificateAnswer answer = await web.GetCertificatesAsync(
            new CertificateRequest
            {
                User = request.User,
                Password = password,
                OtpToken = code,
                PubKey = Convert.ToBase64String(Encoding.UTF8.GetBytes(key.PublicKey.ToAuthorizedKeysLine())),
                Ttl = request.Ttl is { } ttl ? ttl.Ticks * 100 : 0,
                Compatibility = request.CertificateFormat == "standard" ? null : request.CertificateFormat,
            },
            cancellationToken);
        IdentityFile identity = ToIdentity(answer, key);
        CheckTime(identity.SshCertificate!);
        string cluster = identity.SshAuthorities[0].ClusterName;
        return (
            new Profile
            {
                ProxyHost = Names.Check(request.Proxy.Host, "proxy host"),
                WebAddress = request.Proxy,
                SshAddress = SshAddress(ping.Proxy?.Ssh, request.Proxy),
                User = Names.Check(answer.Username is { Length: > 0 } name ? name : request.User, "user"),
                Cluster = Names.Check(cluster, "cluster"),
                Connector = request.Connector ?? "local",
            },
            identity);
    }

    /// <summary>The public SSH address; else the host that was dialled, with the port that the proxy listens on.</summary>
    private static NetworkAddress SshAddress(PingSsh? ssh, NetworkAddress proxy)
    {
        if (NetworkAddress.TryParse(ssh?.SshPublicAddr, out NetworkAddress? announced))
        {
            return announced.WithDefaultPort(DefaultSshPort);
        }

        int? port = NetworkAddress.TryParse(ssh?.ListenAddr, out NetworkAddress? listens) ? listens.Port : null;
        return new NetworkAddress(proxy.Host, port ?? DefaultSshPort);
    }

    private static IdentityFile ToIdentity(CertificateAnswer answer, SshPrivateKey key)
    {
        try
        {
            HostAuthorityLine[] authorities =
            [
                .. (answer.HostSigners ?? []).SelectMany(signer => (signer.CheckingKeys ?? []).Select(line =>
                    new HostAuthorityLine(Names.Check(signer.DomainName ?? "", "cluster"), SshPublicKey.Parse(Decode(line).Trim())))),
            ];
            var identity = new IdentityFile
            {
                PrivateKey = key.ToPkcs8Pem(),
                SshCertificate = SshCertificate.Parse(Decode(answer.Cert ?? "").Trim()),
                TlsCertificate = answer.TlsCert is { Length: > 0 } tls ? Decode(tls) : null,
                TlsAuthorities = [.. (answer.HostSigners ?? []).SelectMany(static signer => signer.TlsCerts ?? []).Select(Decode)],
                SshAuthorities = authorities,
            };
            return authorities.Length > 0 && identity.SshCertificate.Key.Equals(key.PublicKey)
                ? identity
                : throw TeleportException.Unavailable("The proxy's answer does not fit the request: it names no cluster, or certifies another key. Is this proxy to be trusted?");
        }
        catch (Exception e) when (e is FormatException or SshException)
        {
            throw TeleportException.Unavailable($"The proxy's answer cannot be read: {e.Message}", e);
        }
    }

    private void CheckTime(SshCertificate certificate)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (certificate.ValidAfter is { } begins && begins - now > MaxSkew)
        {
            throw TeleportException.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"The certificate is good from {begins:u} on, and this machine's clock says {now:u}: set the clock, and log in again."));
        }

        if (certificate.ValidBefore is { } ends && ends <= now)
        {
            throw TeleportException.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"The certificate ended at {ends:u}, and this machine's clock says {now:u}: set the clock, and log in again."));
        }
    }

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
