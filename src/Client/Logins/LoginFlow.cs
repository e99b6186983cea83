using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Client.Web;
using Teleport.Pki.Files;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Logins;

/// <summary>Logs in: asks the proxy what is needed, asks the user, makes a key, and gets certificates for it.</summary>
/// <param name="prompts">Asks the user.</param>
/// <param name="warnings">Told of what the user should know.</param>
/// <param name="time">The clock.</param>
public sealed class LoginFlow(ILoginPrompts prompts, TextWriter warnings, TimeProvider time)
{
    private const string Local = "local";

    /// <summary>Logs in.</summary>
    /// <returns>The profile and its certificates; nothing is stored.</returns>
    /// <exception cref="TeleportException">It was refused, or the proxy cannot be reached or trusted.</exception>
    public async Task<(Profile Profile, IdentityFile Identity)> RunAsync(LoginRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Names.CheckUser(request.User);
        if (request.Insecure)
        {
            await warnings.WriteLineAsync($"WARNING: You are using insecure connection to SSH proxy https://{request.Proxy}");
        }

        using ProxyDiscovery proxy = await ProxyDiscovery.FindAsync(request.Proxy, request.Connector, request.Insecure, time, cancellationToken);
        await CheckVersionAsync(proxy.Ping, request);
        if (proxy.Ping.Auth?.Type is { Length: > 0 } type && type != Local)
        {
            throw TeleportException.Invalid($"The cluster logs in by {Names.Printable(type)}, which this version of tsh does not do. Use --auth=local if the cluster has passwords.");
        }

        string password = await prompts.AskSecretAsync($"Enter password for Teleport user {request.User}:", cancellationToken);
        string? code = proxy.Ping.Auth?.SecondFactor is null or "" or "off" ? null : await prompts.AskAsync("Enter your OTP token:", cancellationToken);
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        CertificateAnswer answer = await proxy.Web.GetCertificatesAsync(
            new CertificateRequest
            {
                User = request.User,
                Password = password,
                OtpToken = code,
                PubKey = Convert.ToBase64String(Encoding.UTF8.GetBytes(key.PublicKey.ToAuthorizedKeysLine())),
                Ttl = (request.Ttl?.Ticks ?? 0) * TimeSpan.NanosecondsPerTick,
                Compatibility = request.CertificateFormat == "standard" ? null : request.CertificateFormat,
                RouteToCluster = request.Cluster,
            },
            cancellationToken);
        (IdentityFile identity, string cluster) = new AnswerCheck(time).Accept(answer, key, request, proxy.Web.ServerTime);
        return (
            new Profile
            {
                ProxyHost = request.Proxy.Host,
                WebAddress = proxy.Address,
                SshAddress = proxy.SshAddress(request.Proxy),
                User = request.User,
                Cluster = cluster,
                Connector = request.Connector ?? Local,
            },
            identity);
    }

    private async Task CheckVersionAsync(PingAnswer ping, LoginRequest request)
    {
        if (!request.SkipVersionCheck && Version.TryParse(ping.MinClientVersion?.Split('-')[0], out Version? least)
            && Version.TryParse(ProgramVersion.Number.Split('-')[0], out Version? own) && own < least)
        {
            await warnings.WriteLineAsync($"WARNING: The cluster expects tsh {least} or newer; this is {own}. Upgrade it, or silence this by --skip-version-check.");
        }
    }
}
