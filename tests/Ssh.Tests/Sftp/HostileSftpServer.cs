using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Tests.Sftp;

/// <summary>A server that says of every path that it is a directory, and lists in it what the test wants; files contain "evil".</summary>
internal sealed class HostileSftpServer(params SftpEntry[] entries) : IAsyncDisposable
{
    private readonly Socket _listener = Listen();
    private Task _serving = Task.CompletedTask;
    private int _listed;

    public async Task<SftpClient> StartClientAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.LocalEndPoint!);
        _serving = ServeAsync(await _listener.AcceptAsync());
        return await SftpClient.StartAsync(new NetworkStream(socket, ownsSocket: true));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static Socket Listen()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private async Task ServeAsync(Socket socket)
    {
        await using NetworkStream stream = new(socket, ownsSocket: true);
        byte[] header = new byte[4];
        while (await stream.ReadAtLeastAsync(header, 4, throwOnEndOfStream: false) == 4)
        {
            byte[] packet = new byte[BinaryPrimitives.ReadInt32BigEndian(header)];
            await stream.ReadExactlyAsync(packet);
            byte[] answer = Answer(packet);
            BinaryPrimitives.WriteInt32BigEndian(header, answer.Length);
            await stream.WriteAsync((byte[])[.. header, .. answer]);
        }
    }

    private byte[] Answer(byte[] packet)
    {
        ReadOnlySpan<byte> id = packet.AsSpan(1, 4);
        string text = packet.Length > 9 ? Encoding.UTF8.GetString(packet.AsSpan(9)) : "";
        SftpEntry? named = entries.FirstOrDefault(entry => entry.Name.Length > 0 && text.EndsWith(entry.Name, StringComparison.Ordinal));
        return packet[0] switch
        {
            1 => [2, 0, 0, 0, 3],
            17 or 7 => [105, .. id, .. Attributes(named is { Attributes.IsDirectory: false } ? new SftpAttributes { Size = 4, Mode = 0x81a4 } : new SftpAttributes { Mode = 0x41ed })],
            8 => [105, .. id, .. Attributes(new SftpAttributes { Size = 4, Mode = 0x8fff })],
            3 or 11 => [102, .. id, 0, 0, 0, 1, 7],
            12 when _listed++ == 0 => [104, .. id, .. Names()],
            5 => [103, .. id, 0, 0, 0, 4, .. "evil"u8],
            12 => [101, .. id, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            _ => [101, .. id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        };
    }

    private static byte[] Attributes(SftpAttributes attributes)
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        attributes.Write(ref writer);
        return buffer.WrittenSpan.ToArray();
    }

    private byte[] Names()
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        writer.WriteUInt32((uint)entries.Length);
        foreach (SftpEntry entry in entries)
        {
            writer.WriteString(entry.Name);
            writer.WriteString("");
            entry.Attributes.Write(ref writer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
