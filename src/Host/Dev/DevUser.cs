using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Resources.V1;
using Teleport.Api.Users.V1;
using Teleport.Host.Commands;
using Teleport.Pki.Files;

namespace Teleport.Host.Dev;

/// <summary>Makes the user of a development cluster, as an administrator would, and accepts the invitation, as the user would.</summary>
internal sealed class DevUser(DevFolder folder, DevPorts ports, string clusterName)
{
    public const string Name = "dev";
    private const string Role = "admin";

    /// <summary>Creates the user, who may log in to this host as some users of it.</summary>
    /// <returns>The password.</returns>
    public async Task<Secret> CreateAsync(IEnumerable<string> logins, CancellationToken cancellationToken)
    {
        IdentityFile identity = IdentityFile.Load(Path.Combine(folder.Data, "proc", "admin.identity"));
        using X509Certificate2 certificate = identity.OpenTlsCertificate();
        var endpoint = new AuthEndpoint(new NetworkAddress("127.0.0.1", ports.Auth), AuthRoute.Direct, clusterName);
        await using var client = AuthClient.Create(endpoint, certificate, identity.OpenTlsAuthorities());
        var request = new CreateUserRequest { Name = Name };
        request.Roles.Add(Role);
        request.Traits.Add("logins", new Values { Values_ = { logins } });
        InvitationLink invitation = await client.Users.CreateUserAsync(request, cancellationToken: cancellationToken);
        var password = Secret.Random();
        await AcceptAsync(invitation.Token, password, cancellationToken);
        await WaitForNodeAsync(client, cancellationToken);
        return password;
    }

    // The same request that the page behind the link makes.
    private async Task AcceptAsync(string token, Secret password, CancellationToken cancellationToken)
    {
        using X509Certificate2 trusted = X509CertificateLoader.LoadCertificateFromFile(folder.WebCertificate);
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null && presented.GetRawCertData().AsSpan().SequenceEqual(trusted.RawData),
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{ports.Web}"), Timeout = TimeSpan.FromSeconds(20) };
        string csrf = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/webapi/users/password/token")
        {
            Content = JsonContent.Create(new { token, password = Encoding.UTF8.GetBytes(password.Reveal()), second_factor_token = "" }),
        };
        request.Headers.Add("X-CSRF-Token", csrf);
        request.Headers.Add("Cookie", $"grv_csrf={csrf}");
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new CommandException($"The proxy refused the new password: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    // The lines to paste are good once the node is announced.
    private static async Task WaitForNodeAsync(AuthClient client, CancellationToken cancellationToken)
    {
        using AsyncServerStreamingCall<WatchEvent> watch = client.Resources.Watch(
            new WatchRequest { Kinds = { ResourceKinds.Node } }, cancellationToken: cancellationToken);
        await foreach (WatchEvent change in watch.ResponseStream.ReadAllAsync(cancellationToken))
        {
            if (change.Type == WatchEvent.Types.Type.Put)
            {
                return;
            }
        }
    }
}
