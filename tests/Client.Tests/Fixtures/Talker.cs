using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Teleport.Client.Tests.Fixtures;

/// <summary>A port at which something else than expected speaks: sends a text to whoever connects, and hangs up when the other side has said something.</summary>
internal sealed class Talker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public Talker(string text)
    {
        _listener.Start();
        _serving = ServeAsync(Encoding.ASCII.GetBytes(text));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task ServeAsync(byte[] text)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await client.GetStream().WriteAsync(text, _stop.Token);
                _ = await client.GetStream().ReadAsync(new byte[4096], _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // The test is over.
        }
    }
}
