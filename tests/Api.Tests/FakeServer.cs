using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Teleport.Abstractions.Configuration;

namespace Teleport.Api.Tests;

/// <summary>Something that listens on loopback and is no auth server, or not the right one.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, CancellationToken, Task> _serve;
    private readonly Task _accepting;

    private FakeServer(Func<NetworkStream, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public NetworkAddress Address => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    public static FakeServer Saying(string text) => new(async (stream, token) =>
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), token);
        await stream.CopyToAsync(Stream.Null, token);
    });

    public static FakeServer Silent() => new(static (_, token) => Task.Delay(Timeout.Infinite, token));

    public static FakeServer Closing() => new(static (_, _) => Task.CompletedTask);

    public static FakeServer Tls(X509Certificate2 certificate, params SslApplicationProtocol[] protocols) => new(async (stream, token) =>
    {
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = [.. protocols] }, token);
        await Task.Delay(Timeout.Infinite, token);
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await _serve(client.GetStream(), _stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, as it should.
            }
        }
    }
}

/// <summary>Authorities and server certificates of a cluster.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        Certificate = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
    }

    public X509Certificate2 Certificate { get; }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public X509Certificate2 Server(string dnsName, TimeSpan? until = null, string usage = "1.3.6.1.5.5.7.3.1", string commonName = "server")
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(Certificate, Now.AddDays(-2), Now + (until ?? TimeSpan.FromDays(1)), RandomNumberGenerator.GetBytes(16));
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}
