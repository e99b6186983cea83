using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;

namespace Teleport.Api;

/// <summary>Opens verified TLS connections to an auth server and says what is there instead when it is none.</summary>
internal sealed class AuthDialer(AuthClientOptions options, IServerCheck check)
{
    private readonly NetworkAddress _address = options.Endpoint.AddressWithPort;

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.ConnectTimeout);
        try
        {
            Stream transport = options.Dial is { } dial
                ? await dial(_address, timeout.Token)
                : await TcpDialer.ConnectAsync(_address, timeout.Token);
            return await AuthenticateAsync(transport, timeout.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw TeleportException.Unavailable(
                $"The auth service did not answer at {_address.ToHostPort()} within {options.ConnectTimeout.TotalSeconds:0} s. " +
                "Check the address and that no firewall is in between.", e);
        }
        catch (SocketException e)
        {
            throw TeleportException.Unavailable(
                $"Cannot connect to the auth service at {_address.ToHostPort()}: {e.Message}. Check the address and that it runs.", e);
        }
    }

    private async Task<Stream> AuthenticateAsync(Stream transport, CancellationToken cancellationToken)
    {
        var recorder = new FirstBytesStream(transport);
        TeleportException? refusal = null;
        var tls = new SslStream(recorder, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(Options(e => refusal = e), cancellationToken);
            if (tls.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                throw TeleportException.Unavailable(
                    $"{_address.ToHostPort()} speaks TLS, but is no auth service (HTTP/2 was not agreed on). {Advice()}");
            }

            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or InvalidOperationException)
        {
            await tls.DisposeAsync();
            throw refusal ?? Explain(recorder.First, e);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private SslClientAuthenticationOptions Options(Action<TeleportException> refuse)
    {
        string clusterName = options.Endpoint.ClusterName;
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = clusterName.Length == 0 ? AuthProtocol.ServerNameSuffix : AuthProtocol.ServerName(clusterName),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowTlsResume = false,
            ApplicationProtocols = options.Endpoint.Route == AuthRoute.ThroughProxy
                ? [new SslApplicationProtocol(AuthProtocol.AlpnName(clusterName)), SslApplicationProtocol.Http2]
                : [SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                try
                {
                    check.Verify(certificate as X509Certificate2, chain?.ChainPolicy.ExtraStore ?? [], _address.ToHostPort());
                    return true;
                }
                catch (TeleportException e)
                {
                    refuse(e);
                    return false;
                }
            },
        };
        if (options.ClientCertificate() is { } certificate)
        {
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        }

        return tls;
    }

    private TeleportException Explain(ReadOnlySpan<byte> first, Exception e)
    {
        string address = _address.ToHostPort();
        if (first.StartsWith("SSH-"u8))
        {
            return TeleportException.Unavailable($"The address {address} speaks SSH, not TLS: is it the proxy's SSH port? {Advice()}", e);
        }

        if (first.StartsWith("HTTP/"u8))
        {
            return TeleportException.Unavailable($"The address {address} speaks plain HTTP, not TLS. {Advice()}", e);
        }

        string what = first.IsEmpty ? "it closed the connection" : e.Message;
        return TeleportException.Unavailable($"The TLS handshake with the auth service at {address} failed: {what}. {Advice()}", e);
    }

    private string Advice() => new StringBuilder("Use ")
        .Append(options.Endpoint.Route == AuthRoute.Direct ? "the auth service's port 3025, or " : "")
        .Append("the web port of a proxy, 3080 unless configured otherwise.")
        .ToString();
}
