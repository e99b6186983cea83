using System.Net;
using System.Net.Sockets;
using Teleport.Abstractions.Plugins;

namespace Acme.Echo;

/// <summary>Sends every line back. Bounded in connections, line length and waiting time, as every service should be.</summary>
internal sealed class EchoRole(EchoOptions options) : IServiceRole
{
    private const int MaxLineLength = 1024;
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(1);

    public async Task RunAsync(IServiceRoleContext context, CancellationToken abort)
    {
        using var listener = new TcpListener(options.ListenAddr.ToListenEndPoint(7007));
        listener.Start();
        context.ReportReady($"listening on {(IPEndPoint)listener.LocalEndpoint}");
        using var slots = new SemaphoreSlim(options.MaxConnections);
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                await slots.WaitAsync(context.Draining);
                TcpClient client = await listener.AcceptTcpClientAsync(context.Draining);
                connections.RemoveAll(static task => task.IsCompleted);
                connections.Add(ServeAsync(client, slots, abort));
            }
        }
        catch (OperationCanceledException) when (context.Draining.IsCancellationRequested)
        {
            // Told to finish: nobody new is let in, and those inside are waited for.
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client, SemaphoreSlim slots, CancellationToken abort)
    {
        try
        {
            using (client)
            using (var reader = new StreamReader(client.GetStream()))
            await using (var writer = new StreamWriter(client.GetStream()) { AutoFlush = true })
            {
                while (await reader.ReadLineAsync(abort).AsTask().WaitAsync(IdleLimit, abort) is { Length: <= MaxLineLength } line)
                {
                    await writer.WriteLineAsync((options.Greeting + line).AsMemory(), abort);
                }
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException)
        {
            // The other end is gone, silent for too long, or the host ends: either way this connection is over.
            return;
        }
        finally
        {
            slots.Release();
        }
    }
}
