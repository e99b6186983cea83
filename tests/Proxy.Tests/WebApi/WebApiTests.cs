using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Teleport.Abstractions.Errors;
using Teleport.Api.Join.V1;
using Teleport.Api.Login.V1;
using Teleport.Proxy.Tests.Fixtures;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy.Tests.WebApi;

public sealed class WebApiTests
{
    private static readonly string PublicKey = SshPrivateKey.Generate(SshKeyKind.EcdsaP256).PublicKey.ToAuthorizedKeysLine();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/webapi/ping")]
    [InlineData("/v1/webapi/ping")]
    [InlineData("/webapi/ping/local")]
    public async Task Ping_KnownPaths_HaveTheKnownShape(string path)
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();

        using JsonDocument answer = JsonDocument.Parse(await http.GetStringAsync(path, Stop));

        JsonElement root = answer.RootElement;
        Assert.Equal("local", root.GetProperty("auth").GetProperty("type").GetString());
        Assert.Equal("otp", root.GetProperty("auth").GetProperty("second_factor").GetString());
        JsonElement ssh = root.GetProperty("proxy").GetProperty("ssh");
        Assert.Equal(proxy.Addresses.SshListen, ssh.GetProperty("listen_addr").GetString());
        Assert.Equal(proxy.Addresses.TunnelListen, ssh.GetProperty("tunnel_listen_addr").GetString());
        Assert.False(ssh.TryGetProperty("public_addr", out _));
        Assert.Equal(JsonValueKind.Object, root.GetProperty("proxy").GetProperty("kube").ValueKind);
        Assert.Equal("0.1.0", root.GetProperty("server_version").GetString());
        Assert.True(root.TryGetProperty("min_client_version", out _));
    }

    [Fact]
    public async Task Find_HasAddressesAndNoConnector()
    {
        await using TestProxy proxy = TestProxy.Start(o => o with { PublicAddr = [new("proxy.example", 443)], TunnelPublicAddr = [new("tunnel.example")] });
        using HttpClient http = proxy.Http();

        using JsonDocument answer = JsonDocument.Parse(await http.GetStringAsync("/webapi/find", Stop));

        Assert.Equal("", answer.RootElement.GetProperty("auth").GetProperty("type").GetString());
        JsonElement ssh = answer.RootElement.GetProperty("proxy").GetProperty("ssh");
        Assert.Equal("proxy.example:443", ssh.GetProperty("public_addr").GetString());
        Assert.Equal($"tunnel.example:{proxy.TunnelPort.Port}", ssh.GetProperty("ssh_tunnel_public_addr").GetString());
    }

    [Fact]
    public async Task Login_RightCredentials_AnswersCertificatesInTheKnownShape()
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.Auth.On<LoginRequest, LoginResponse>("Login", _ => new LoginResponse
        {
            UserName = "alice",
            Certificates = new UserCertificates
            {
                SshCertificate = "ssh-line",
                TlsCertificate = "pem",
                HostAuthorities = { new TrustedAuthority { ClusterName = "lab.example", SshKeys = { "key-line" }, TlsCertificates = { "root" } } },
            },
        });
        using HttpClient http = proxy.Http();

        using HttpResponseMessage response = await http.PostAsync("/v1/webapi/ssh/certs", Json(new
        {
            user = "alice", password = "secret", hotp_token = "", otp_token = "123456", pub_key = Base64(PublicKey),
            ttl = 43_200_000_000_000L, compatibility = "oldssh", RouteToCluster = "lab.example", KubernetesCluster = "", brand_new = new[] { 1 },
        }), Stop);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using JsonDocument answer = await ReadAsync(response);
        Assert.Equal("alice", answer.RootElement.GetProperty("username").GetString());
        Assert.Equal("ssh-line"u8.ToArray(), answer.RootElement.GetProperty("cert").GetBytesFromBase64());
        Assert.Equal("pem"u8.ToArray(), answer.RootElement.GetProperty("tls_cert").GetBytesFromBase64());
        JsonElement signer = answer.RootElement.GetProperty("host_signers")[0];
        Assert.Equal("lab.example", signer.GetProperty("domain_name").GetString());
        Assert.Equal("key-line\n"u8.ToArray(), signer.GetProperty("checking_keys")[0].GetBytesFromBase64());
        Assert.Equal("root"u8.ToArray(), signer.GetProperty("tls_certs")[0].GetBytesFromBase64());
        var request = Assert.IsType<LoginRequest>(Assert.Single(proxy.Auth.Requests));
        Assert.Equal(
            ("alice", "secret", "123456", PublicKey, 43_200L, "lab.example", "oldssh"),
            (request.UserName, request.Password, request.OtpCode, request.SshPublicKey, request.TtlSeconds, request.RouteToCluster, request.CertificateFormat));
        Assert.StartsWith("127.0.0.1:", request.ClientAddr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H22_ForwardedHeader_DoesNotChangeTheClientAddress()
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.Auth.On<LoginRequest, LoginResponse>("Login", _ => throw TeleportException.Unauthenticated("invalid username or password"));
        using HttpClient http = proxy.Http();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");

        using HttpResponseMessage response = await http.PostAsync("/webapi/ssh/certs", Json(new { user = "alice", password = "x", pub_key = Base64(PublicKey) }), Stop);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("""{"message":"invalid username or password"}""", await response.Content.ReadAsStringAsync(Stop));
        Assert.StartsWith("127.0.0.1:", Assert.IsType<LoginRequest>(Assert.Single(proxy.Auth.Requests)).ClientAddr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H22_ManyGuesses_AreSlowedDownOverAllRoutes()
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.Auth.On<LoginRequest, LoginResponse>("Login", _ => throw TeleportException.Unauthenticated("invalid username or password"));
        proxy.Auth.On<GetInvitationRequest, Invitation>("GetInvitation", _ => throw TeleportException.NotFound("no such link"));
        using HttpClient http = proxy.Http();
        int refused = 0;
        for (int i = 0; i < 60; i++)
        {
            using HttpResponseMessage response = i % 2 == 0
                ? await http.PostAsync("/webapi/ssh/certs", Json(new { user = "alice", password = "x", pub_key = Base64(PublicKey) }), Stop)
                : await http.GetAsync("/webapi/users/password/token/guess", Stop);
            refused += response.StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;
        }

        Assert.True(refused <= 1, "The first guesses are let through.");
        using HttpResponseMessage last = await http.GetAsync("/v1/webapi/users/password/token/guess", Stop);
        Assert.Equal(HttpStatusCode.TooManyRequests, last.StatusCode);
        Assert.Contains("too many requests", await last.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/webapi/ping", Stop)).StatusCode);
    }

    [Fact]
    public async Task Invitation_Get_HasUserCodeAndExpiryAndNoSideEffect()
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.Auth.On<GetInvitationRequest, Invitation>("GetInvitation", r => new Invitation
        {
            Token = r.Token, UserName = "alice", OtpUri = "otpauth://totp/x?secret=ABC", OtpQrCode = ByteString.CopyFrom(1, 2, 3), ExpiresUnixSeconds = 1_900_000_000,
        });
        using HttpClient http = proxy.Http();

        using JsonDocument answer = JsonDocument.Parse(await http.GetStringAsync("/webapi/users/password/token/t0k3n", Stop));

        JsonElement root = answer.RootElement;
        Assert.Equal("t0k3n", root.GetProperty("tokenId").GetString());
        Assert.Equal("alice", root.GetProperty("user").GetString());
        Assert.Equal([1, 2, 3], root.GetProperty("qrCode").GetBytesFromBase64());
        Assert.Equal("otpauth://totp/x?secret=ABC", root.GetProperty("otpUri").GetString());
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000), root.GetProperty("expiry").GetDateTimeOffset());
    }

    [Fact]
    public async Task Join_KeysInEitherForm_ReachTheAuthServiceAsBlobs()
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.Auth.On<JoinRequest, HostCertificates>("Join", _ => new HostCertificates
        {
            SshCertificate = "line", TlsCertificate = "pem", ClusterName = "lab.example", TlsCaCertificates = { "root" }, SshCaKeys = { "ca" },
        });
        using HttpClient http = proxy.Http();
        using var tlsKey = System.Security.Cryptography.ECDsa.Create();
        byte[] spki = tlsKey.ExportSubjectPublicKeyInfo();

        foreach ((string tls, string ssh) in new[]
        {
            (Convert.ToBase64String(spki), Convert.ToBase64String(SshPublicKey.Parse(PublicKey).Blob.Span)),
            (Base64(tlsKey.ExportSubjectPublicKeyInfoPem()), Base64(PublicKey + " comment\n")),
        })
        {
            using HttpResponseMessage response = await http.PostAsync("/v1/webapi/host/credentials", Json(new
            {
                hostID = "id", node_name = "edge", role = "Node", token = "t", additional_principals = new[] { "edge" }, dns_names = (string[]?)null,
                public_tls_key = tls, public_ssh_key = ssh, remote_addr = "203.0.113.9:1",
            }), Stop);

            using JsonDocument answer = await ReadAsync(response);
            Assert.Equal("line"u8.ToArray(), answer.RootElement.GetProperty("cert").GetBytesFromBase64());
            Assert.Equal("root"u8.ToArray(), answer.RootElement.GetProperty("tls_ca_certs")[0].GetBytesFromBase64());
            Assert.Equal("ca"u8.ToArray(), answer.RootElement.GetProperty("ssh_ca_certs")[0].GetBytesFromBase64());
            var request = (JoinRequest)proxy.Auth.Requests[^1];
            Assert.Equal(spki, request.PublicTlsKey.ToByteArray());
            Assert.Equal(SshPublicKey.Parse(PublicKey).Blob.ToArray(), request.PublicSshKey.ToByteArray());
            Assert.StartsWith("127.0.0.1:", request.RemoteAddr, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("GET", "/webapi/nothing")]
    [InlineData("GET", "/webapi/ssh/certs")]
    [InlineData("DELETE", "/webapi/ping")]
    [InlineData("GET", "/etc/passwd")]
    [InlineData("GET", "/web/app/invite.html")]
    [InlineData("GET", "/web/app/..%2f..%2fproxy.dll")]
    [InlineData("GET", "/favicon.ico")]
    public async Task Other_MethodsAndPaths_AreNotFound(string method, string path)
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();

        using HttpResponseMessage response = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Stop);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("""{"message":"not found"}""", await response.Content.ReadAsStringAsync(Stop));
    }

    [Theory]
    [InlineData("{\"user\":", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("{\"user\":\"a\",\"user\":\"b\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"user\":\"alice\",\"password\":\"x\",\"pub_key\":\"bm9uZQ==\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"user\":\"alice\",\"password\":\"x\",\"pub_key\":\"%%%\"}", HttpStatusCode.BadRequest)]
    [InlineData("big", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("deep", HttpStatusCode.BadRequest)]
    public async Task Login_WrongBody_IsOneClearErrorWithoutThePassword(string body, HttpStatusCode expected)
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();
        string text = body switch
        {
            "big" => $"{{\"user\":\"{new string('x', 70_000)}\"}}",
            "deep" => $"{{\"x\":{new string('[', 40)}{new string(']', 40)}}}",
            _ => body,
        };

        using HttpResponseMessage response = await http.PostAsync("/webapi/ssh/certs", new StringContent(text, Encoding.UTF8, "application/json"), Stop);

        Assert.Equal(expected, response.StatusCode);
        using JsonDocument answer = await ReadAsync(response);
        Assert.NotEmpty(answer.RootElement.GetProperty("message").GetString()!);
        Assert.Empty(proxy.Auth.Requests);
    }

    [Fact]
    public async Task AnyAnswer_HasTheSecurityHeaders()
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();
        foreach (string path in new[] { "/", "/webapi/ping", "/nothing", "/web/invite/abc", "/web/app/style.css" })
        {
            using HttpResponseMessage response = await http.GetAsync(path, Stop);

            Assert.StartsWith("default-src 'none'; script-src 'self';", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
            Assert.False(response.Headers.Contains("Server"));
            Assert.False(response.Headers.Contains("Strict-Transport-Security"), "A self-signed certificate must not lock browsers out of other ports.");
        }
    }

    [Fact]
    public async Task Http2_IsAgreedOnByAlpn()
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();
        http.DefaultRequestVersion = HttpVersion.Version20;
        http.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        using HttpResponseMessage response = await http.GetAsync("/webapi/ping", Stop);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task AuthServiceAway_IsSaidSo()
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.Auth.On<LoginRequest, LoginResponse>("Login", _ => throw TeleportException.Unavailable("the auth service is away"));
        using HttpClient http = proxy.Http();

        using HttpResponseMessage response = await http.PostAsync("/webapi/ssh/certs", Json(new { user = "a", password = "x", pub_key = Base64(PublicKey) }), Stop);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Defect_IsAnErrorWithANumberAndNothingElse()
    {
        await using TestProxy proxy = TestProxy.Start();
        proxy.Auth.On<LoginRequest, LoginResponse>("Login", _ => throw new InvalidOperationException("table users has no column pw"));
        using HttpClient http = proxy.Http();

        using HttpResponseMessage response = await http.PostAsync("/webapi/ssh/certs", Json(new { user = "a", password = "x", pub_key = Base64(PublicKey) }), Stop);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        string text = await response.Content.ReadAsStringAsync(Stop);
        Assert.Contains("internal error ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("column", text, StringComparison.Ordinal);
    }

    internal static StringContent Json<T>(T body) => new(JsonSerializer.Serialize(body), new MediaTypeHeaderValue("application/json"));

    internal static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response) =>
        await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(Stop), cancellationToken: Stop);
}
