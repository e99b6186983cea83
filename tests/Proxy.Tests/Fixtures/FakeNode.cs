using System.Net;
using System.Net.Sockets;
using System.Text;
using Teleport.Agent;

namespace Teleport.Proxy.Tests.Fixtures;

/// <summary>Stands for a node: greets, takes the proxy's header, and then sends back whatever it receives.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    public const string Greeting = "SSH-2.0-Teleport\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly string _greeting;
    private readonly Task _serving;

    public FakeNode(string greeting = Greeting)
    {
        _greeting = greeting;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public List<byte[]> Headers { get; } = [];

    public int ConnectionCount { get; private set; }

    /// <summary>Greets and echoes on a stream, as through a tunnel.</summary>
    public static async Task EchoAsync(Stream stream, string greeting, List<byte[]> headers, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(greeting), cancellationToken);
        byte[] buffer = new byte[64 * 1024];
        int count = 0;
        if (greeting.StartsWith("SSH-2.0-Teleport", StringComparison.Ordinal))
        {
            int taken;
            byte[] header;
            do
            {
                int read = await stream.ReadAsync(buffer.AsMemory(count), cancellationToken);
                if (read == 0)
                {
                    return;
                }

                count += read;
                taken = ProxyHeader.TryRead(buffer.AsSpan(0, count), out header);
            }
            while (taken < 0);
            lock (headers)
            {
                headers.Add(header);
            }

            await stream.WriteAsync(buffer.AsMemory(taken, count - taken), cancellationToken);
        }

        while (true)
        {
            int read = await stream.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return;
            }

            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.WaitAsync(TestProxy.Patience);
        await Task.WhenAll(_connections).WaitAsync(TestProxy.Patience);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                ConnectionCount++;
                _connections.Add(EchoAsync(socket));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task EchoAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await EchoAsync(stream, _greeting, Headers, _stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The other end is gone, or the test is over.
        }
    }
}
