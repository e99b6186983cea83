using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Teleport.Client.Web;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Tests.Fixtures;

/// <summary>The web address of a proxy, which answers as the test wants.</summary>
internal sealed class FakeProxy : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly X509Certificate2 _certificate;

    private FakeProxy(WebApplication application, X509Certificate2 certificate) => (_application, _certificate) = (application, certificate);

    /// <summary>What it says to those who ask how to log in.</summary>
    public PingAnswer Ping { get; } = new() { Auth = new PingAuth { Type = "local", SecondFactor = "off" } };

    /// <summary>Answers a login.</summary>
    public Func<Client.Web.CertificateRequest, SshPublicKey, CertificateAnswer?> Certify { get; set; } = static (_, _) => null;

    public ProxyAddress Address { get; private set; } = new("localhost");

    public static async Task<FakeProxy> StartAsync(string name = "localhost", DateTimeOffset? notAfter = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset end = notAfter ?? TimeProvider.System.GetUtcNow().AddDays(1);
        using X509Certificate2 made = request.CreateSelfSigned(end.AddDays(-2), end);
        X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        WebApplication application = builder.Build();
        var proxy = new FakeProxy(application, certificate);
        application.MapGet("/v1/webapi/ping", proxy.PingAsync);
        application.MapPost("/v1/webapi/ssh/certs", proxy.CertifyAsync);
        await application.StartAsync();
        proxy.Address = new ProxyAddress("localhost", new Uri(application.Urls.Single()).Port);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
    }

    private Task PingAsync(HttpContext context) => context.Response.WriteAsync(JsonSerializer.Serialize(Ping, WebApiJson.Default.PingAnswer));

    private async Task CertifyAsync(HttpContext context)
    {
        Client.Web.CertificateRequest request = (await JsonSerializer.DeserializeAsync(context.Request.Body, WebApiJson.Default.CertificateRequest))!;
        SshPublicKey key = SshPublicKey.Parse(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(request.PubKey)));
        if (Certify(request, key) is { } answer)
        {
            await context.Response.WriteAsync(JsonSerializer.Serialize(answer, WebApiJson.Default.CertificateAnswer));
            return;
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        await context.Response.WriteAsync("""{"message":"invalid username, password or second factor\u001b[2J"}""");
    }
}
