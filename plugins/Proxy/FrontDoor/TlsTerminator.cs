using System.Net.Security;
using System.Security.Authentication;
using Teleport.Proxy.Tls;
using Teleport.Proxy.Web;

namespace Teleport.Proxy.FrontDoor;

/// <summary>Ends TLS with the web certificate and hands on what is inside by its application protocol.</summary>
internal sealed class TlsTerminator(WebCertificates certificates, CipherSuitesPolicy? cipherSuites, ISshEntrance ssh, WebConnections web)
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    // The server's order decides: what is ours comes first.
    private static readonly List<SslApplicationProtocol> Protocols =
        [TlsSettings.ProxySsh, TlsSettings.ReverseTunnel, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    public async Task ServeAsync(FrontDoorConnection connection, ClientHello hello, CancellationToken abort)
    {
        await using var stream = new SslStream(connection.OpenStream(), leaveInnerStreamOpen: false);
        using (var timeout = CancellationTokenSource.CreateLinkedTokenSource(abort))
        {
            timeout.CancelAfter(HandshakeTimeout);
            await stream.AuthenticateAsServerAsync(OptionsFor(hello), timeout.Token);
        }

        if (stream.NegotiatedApplicationProtocol == TlsSettings.ProxySsh)
        {
            await ssh.ServeAsync(stream, connection, Configuration.ListenerServices.Ssh, abort);
        }
        else if (stream.NegotiatedApplicationProtocol == TlsSettings.ReverseTunnel)
        {
            await ssh.ServeAsync(stream, connection, Configuration.ListenerServices.Tunnels, abort);
        }
        else
        {
            connection.Ticket.Promote(AdmissionStage.Anonymous);
            await web.ServeAsync(stream, connection, abort);
        }
    }

    private SslServerAuthenticationOptions OptionsFor(ClientHello hello) => new()
    {
        ServerCertificateContext = certificates.Choose(hello.ServerName).Context,
        ApplicationProtocols = Protocols,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CipherSuitesPolicy = cipherSuites,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };
}
