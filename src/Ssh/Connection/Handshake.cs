using Teleport.Ssh.Authentication;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>From a transport to an authenticated connection, under the login grace time.</summary>
internal static class Handshake
{
    public static Task<SshConnection> AcceptAsync(ByteTransport bytes, SshServerOptions options, CancellationToken ct)
    {
        options.Transport.Algorithms.Validate();
        if (options.HostKeys.Count == 0)
            throw new ArgumentException("A server needs at least one host key.", nameof(options));

        SshTransport transport = new(bytes, options.Transport, new ServerExchange(options.HostKeys));
        return UnderTimeLimitAsync(transport, async limit =>
        {
            await transport.HandshakeAsync(limit);
            AuthenticatedUser user = await new ServerAuthentication(transport, options).RunAsync(limit);
            SshConnection connection = new(transport, user.Name, user.Identity, hostCertificate: null);
            HostKeyAnnouncement? hostKeys = options.AnnounceHostKeys ? HostKeyAnnouncement.OfServer(options.HostKeys, transport.Keys.SessionId) : null;
            return new Authenticated(connection, options.HandlerFactory?.Invoke(connection) ?? options.Handler, hostKeys);
        }, ct);
    }

    public static Task<SshConnection> ConnectAsync(ByteTransport bytes, SshClientOptions options, CancellationToken ct)
    {
        SshAlgorithms algorithms = options.Transport.Algorithms;
        algorithms.Validate();
        ClientExchange exchange = new(algorithms.HostKeys, options.HostKeyVerifier, bytes.RemoteEndPoint);
        SshTransport transport = new(bytes, options.Transport, exchange);
        return UnderTimeLimitAsync(transport, async limit =>
        {
            await transport.HandshakeAsync(limit);
            await new ClientAuthentication(transport, options).RunAsync(limit);
            SshConnection connection = new(transport, options.UserName, identity: null, exchange.HostCertificate);
            HostKeyAnnouncement? hostKeys = options.OnHostKeys is { } learn ? HostKeyAnnouncement.OfClient(learn, transport.Keys.SessionId) : null;
            return new Authenticated(connection, options.HandlerFactory?.Invoke(connection) ?? options.Handler, hostKeys);
        }, ct);
    }

    private static async Task<SshConnection> UnderTimeLimitAsync(
        SshTransport transport, Func<CancellationToken, Task<Authenticated>> handshake, CancellationToken ct)
    {
        TimeSpan timeLimit = transport.Options.HandshakeTimeout;
        using CancellationTokenSource grace = new(timeLimit, transport.Options.TimeProvider);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct, grace.Token, transport.Aborted);
        try
        {
            (SshConnection connection, ISshConnectionHandler? handler, HostKeyAnnouncement? hostKeys) = await handshake(limit.Token);
            transport.OnAuthenticated();
            connection.Start(handler, hostKeys);
            return connection;
        }
        catch (Exception exception)
        {
            Exception cause = Explain(exception);
            await transport.DisconnectAsync(CloseReasons.Of(cause));
            await transport.DisposeAsync();
            if (ReferenceEquals(cause, exception))
                throw;

            throw cause;
        }

        Exception Explain(Exception exception)
        {
            if (exception is not OperationCanceledException)
                return exception as SshException ?? AsLoss(exception);
            if (ct.IsCancellationRequested)
                return exception;
            if (transport.CloseReason is { } reason)
                return CloseReasons.ToException(reason);

            return new SshConnectionException(
                SshDisconnectReason.ConnectionLost, $"The handshake did not end within {timeLimit.TotalSeconds:0} s.", exception);
        }
    }

    /// <summary>Transport failures are reported as ours; mistakes of a caller's code stay what they are.</summary>
    private static Exception AsLoss(Exception exception) => exception is IOException or System.Net.Sockets.SocketException or ObjectDisposedException
        ? new SshConnectionException(SshDisconnectReason.ConnectionLost, $"The connection was lost: {exception.Message}", exception)
        : exception;

    private sealed record Authenticated(SshConnection Connection, ISshConnectionHandler? Handler, HostKeyAnnouncement? HostKeys);
}
