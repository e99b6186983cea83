using System.Net;
using System.Net.Sockets;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests;

/// <summary>A client and a server of ours, connected over loopback.</summary>
internal sealed class SshPair : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly SshPrivateKey ServerKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
    private static readonly SshPrivateKey UserKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    private SshPair(SshConnection client, SshConnection server)
    {
        Client = client;
        Server = server;
    }

    public SshConnection Client { get; }

    public SshConnection Server { get; }

    public static SshPublicKey ServerPublicKey => ServerKey.PublicKey;

    public static SshPublicKey UserPublicKey => UserKey.PublicKey;

    public static SshPrivateKey UserPrivateKey => UserKey;

    public static async Task<SshPair> ConnectAsync(
        ISshConnectionHandler? serverHandler = null,
        SshTransportOptions? client = null,
        SshTransportOptions? server = null,
        ISshConnectionHandler? clientHandler = null)
    {
        (Socket clientSocket, Socket serverSocket) = await ConnectSocketsAsync();
        Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, ServerOptions(serverHandler, server)).WaitAsync(Patience);
        SshConnection connected = await SshConnection.ConnectAsync(clientSocket, ClientOptions(clientHandler, client)).WaitAsync(Patience);
        return new SshPair(connected, await accepting);
    }

    public static SshServerOptions ServerOptions(ISshConnectionHandler? handler = null, SshTransportOptions? transport = null) => new()
    {
        HostKeys = [SshCredential.FromKey(ServerKey)],
        Authenticator = new KeyAuthenticator(UserKey.PublicKey),
        Handler = handler,
        Transport = transport ?? SshTransportOptions.Default,
    };

    public static SshClientOptions ClientOptions(ISshConnectionHandler? handler = null, SshTransportOptions? transport = null) => new()
    {
        UserName = "alice",
        Credentials = [SshCredential.FromKey(UserKey)],
        HostKeyVerifier = new PinnedHostKey(ServerKey.PublicKey),
        Handler = handler,
        Transport = transport ?? SshTransportOptions.Default,
    };

    public static async Task<(Socket Client, Socket Server)> ConnectSocketsAsync()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        return (client, await listener.AcceptAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync().AsTask().WaitAsync(Patience);
        await Server.DisposeAsync().AsTask().WaitAsync(Patience);
    }
}
