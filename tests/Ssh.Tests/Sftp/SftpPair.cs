using System.Net;
using System.Net.Sockets;
using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Tests.Sftp;

/// <summary>Our server for a folder, on a socket that our client, raw packets or OpenSSH's sftp can speak to.</summary>
internal sealed class SftpPair : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Task> _serving = [];
    private readonly Task _accepting;

    public SftpPair(SftpServerOptions? options = null)
    {
        Options = (options ?? new SftpServerOptions()) with { OnEvent = Record };
        Directory.CreateDirectory(Home);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public TemporaryFolder Folder { get; } = new();

    /// <summary>What the server serves.</summary>
    public string Home => Folder.Path("home");

    public SftpServerOptions Options { get; }

    public List<SftpEvent> Events { get; } = [];

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public string Path(string name) => System.IO.Path.Combine(Home, name);

    public NetworkStream Connect()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(_listener.LocalEndPoint!);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public Task<SftpClient> StartClientAsync() => SftpClient.StartAsync(Connect()).WaitAsync(Limit);

    /// <summary>A program that stands for an SFTP server to OpenSSH's clients: it passes everything to ours.</summary>
    public string WriteBridge()
    {
        string path = Folder.Write("bridge", $"#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/{Port}\nexec 4<&0\ncat <&4 >&3 &\ncat <&3 &\nwait -n\nkill %1 %2 2>/dev/null\nexit 0\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting.WaitAsync(Limit);
        await Task.WhenAll(_serving).WaitAsync(Limit);
        Folder.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _serving.Add(ServeAsync(await _listener.AcceptAsync()));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return; // the listener was closed
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using NetworkStream stream = new(socket, ownsSocket: true);
        try
        {
            await SftpServer.ServeAsync(stream, new LocalFileSystem(Home, TimeProvider.System), Options);
        }
        catch (Exception exception) when (exception is SshProtocolException or IOException)
        {
            return; // what hostile clients get: the end
        }
    }

    private void Record(SftpEvent report)
    {
        lock (Events)
            Events.Add(report);
    }
}
