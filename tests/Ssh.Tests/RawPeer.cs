using System.Net.Sockets;
using Teleport.Ssh.Authentication;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Tests;

/// <summary>A client that has logged in properly and then sends whatever the test wants.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly SshTransport _transport;

    private RawPeer(SshTransport transport, SshConnection server)
    {
        _transport = transport;
        Server = server;
    }

    /// <summary>The attacked side.</summary>
    public SshConnection Server { get; }

    public PacketWriter Writer => _transport.Writer;

    public static async Task<RawPeer> LogInAsync(ISshConnectionHandler? handler = null, SshTransportOptions? server = null)
    {
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, SshPair.ServerOptions(handler, server));
        SshClientOptions options = SshPair.ClientOptions();
        SocketTransport bytes = new(clientSocket);
        SshTransport transport = new(bytes, options.Transport, new ClientExchange(options.Transport.Algorithms.HostKeys, options.HostKeyVerifier, null));
        await transport.HandshakeAsync(CancellationToken.None).AsTask().WaitAsync(SshPair.Patience);
        await new ClientAuthentication(transport, options).RunAsync(CancellationToken.None).AsTask().WaitAsync(SshPair.Patience);
        transport.OnAuthenticated();
        return new RawPeer(transport, await accepting.WaitAsync(SshPair.Patience));
    }

    public void Send<T>(scoped in T message)
        where T : ISshMessage<T>, allows ref struct
    {
        Writer.Write(message);
        Writer.Flush();
    }

    /// <summary>Reads until a message of this number comes; others are skipped.</summary>
    public async Task<byte[]> ReceiveAsync(byte number)
    {
        while (true)
        {
            if (!_transport.Reader.TryRead(out ReadOnlyMemory<byte> payload))
                await _transport.FillAsync(_transport.Aborted).AsTask().WaitAsync(SshPair.Patience);
            else if (payload.Span[0] == number)
                return payload.ToArray();
        }
    }

    /// <summary>Waits until the attacked side has ended the connection, and tells why.</summary>
    public async Task<SshCloseReason> AwaitRefusalAsync()
    {
        await Server.Completion.WaitAsync(SshPair.Patience);
        return Server.CloseReason!;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync().AsTask().WaitAsync(SshPair.Patience);
        await _transport.DisposeAsync();
    }
}
