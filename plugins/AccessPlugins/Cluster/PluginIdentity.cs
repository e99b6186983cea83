using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Teleport.Agent;
using Teleport.Api;
using Teleport.Api.Requests.V1;

namespace Teleport.AccessPlugins.Cluster;

/// <summary>Who a plugin is to the cluster: the user <c>access-plugin-NAME</c>, by a certificate of an hour that the auth service gives this host. Never on disk.</summary>
internal sealed class PluginIdentity : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly JoinedService _host;
    private readonly string _plugin;
    private readonly TimeProvider _time;
    private readonly AuthClient _client;
    private volatile X509Certificate2? _certificate;

    public PluginIdentity(JoinedService host, string plugin, TimeProvider time)
    {
        (_host, _plugin, _time) = (host, plugin, time);
        _client = host.OpenAuth(() => _certificate);
    }

    /// <summary>The auth service as the plugin; renews the certificate when half of its life is over.</summary>
    /// <exception cref="Abstractions.Errors.TeleportException">The auth service gives none: says why.</exception>
    public async ValueTask<AuthClient> OpenAsync(CancellationToken cancellationToken)
    {
        if (IsFresh(_certificate))
        {
            return _client;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!IsFresh(_certificate))
            {
                _certificate = await IssueAsync(cancellationToken);
            }

            return _client;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _certificate?.Dispose();
        _gate.Dispose();
    }

    private async Task<X509Certificate2> IssueAsync(CancellationToken cancellationToken)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        IssuePluginCertificateResponse issued = await _host.Auth.AccessRequests.IssuePluginCertificateAsync(
            new IssuePluginCertificateRequest { Plugin = _plugin, TlsPublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()) },
            cancellationToken: cancellationToken);
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(issued.TlsCertificate);
        // Connections of the one before it may still be open; it ends with them.
        return certificate.CopyWithPrivateKey(key);
    }

    private bool IsFresh(X509Certificate2? certificate)
    {
        if (certificate is null)
        {
            return false;
        }

        DateTimeOffset begins = certificate.NotBefore.ToUniversalTime();
        DateTimeOffset ends = certificate.NotAfter.ToUniversalTime();
        return _time.GetUtcNow() < begins + ((ends - begins) / 2);
    }
}
