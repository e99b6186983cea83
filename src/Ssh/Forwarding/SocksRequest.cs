using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Teleport.Ssh.Forwarding;

/// <summary>A CONNECT request of SOCKS 4, 4a or 5 without authentication (RFC 1928).</summary>
internal sealed record SocksRequest(byte Version, string Host, uint Port)
{
    private const byte Connect = 1;
    private const int MaxText = 255;

    /// <exception cref="SshProtocolException">The client speaks something else.</exception>
    public static async Task<SocksRequest> ReceiveAsync(Socket socket, CancellationToken ct) => (await ReadAsync(socket, 1, ct))[0] switch
    {
        4 => await ReceiveVersion4Async(socket, ct),
        5 => await ReceiveVersion5Async(socket, ct),
        byte other => throw new SshProtocolException($"The client speaks SOCKS version {other}; 4 and 5 are supported."),
    };

    public async Task AnswerAsync(Socket socket, bool granted, CancellationToken ct)
    {
        byte[] answer = Version == 4
            ? [0, granted ? (byte)90 : (byte)91, 0, 0, 0, 0, 0, 0]
            : [5, granted ? (byte)0 : (byte)5, 0, 1, 0, 0, 0, 0, 0, 0];
        await socket.SendAsync(answer, SocketFlags.None, ct);
    }

    /// <summary>Command, port, address, user name, NUL; with address 0.0.0.x (4a) then a host name, NUL.</summary>
    private static async Task<SocksRequest> ReceiveVersion4Async(Socket socket, CancellationToken ct)
    {
        byte[] head = await ReadAsync(socket, 7, ct);
        CheckCommand(head[0]);
        _ = await ReadTextAsync(socket, ct);
        bool isName = head[3] == 0 && head[4] == 0 && head[5] == 0 && head[6] != 0;
        string host = isName ? await ReadTextAsync(socket, ct) : new IPAddress(head.AsSpan(3, 4)).ToString();
        return new SocksRequest(4, host, BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1)));
    }

    /// <summary>Methods, our choice, then version, command, reserved, address type, address, port.</summary>
    private static async Task<SocksRequest> ReceiveVersion5Async(Socket socket, CancellationToken ct)
    {
        byte[] methods = await ReadAsync(socket, (await ReadAsync(socket, 1, ct))[0], ct);
        bool acceptable = methods.Contains((byte)0);
        await socket.SendAsync(new byte[] { 5, acceptable ? (byte)0 : (byte)255 }, SocketFlags.None, ct);
        if (!acceptable)
            throw new SshProtocolException("The SOCKS client insists on authentication, which is not supported.");

        byte[] head = await ReadAsync(socket, 4, ct);
        CheckCommand(head[1]);
        string host = head[3] switch
        {
            1 => new IPAddress(await ReadAsync(socket, 4, ct)).ToString(),
            3 => Encoding.ASCII.GetString(await ReadAsync(socket, (await ReadAsync(socket, 1, ct))[0], ct)),
            4 => new IPAddress(await ReadAsync(socket, 16, ct)).ToString(),
            byte other => throw new SshProtocolException($"The SOCKS client names an address of unknown type {other}."),
        };
        return new SocksRequest(5, host, BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(socket, 2, ct)));
    }

    private static void CheckCommand(byte command)
    {
        if (command != Connect)
            throw new SshProtocolException($"The SOCKS client sent command {command}; only CONNECT is supported.");
    }

    private static async Task<string> ReadTextAsync(Socket socket, CancellationToken ct)
    {
        StringBuilder text = new();
        while (text.Length <= MaxText)
        {
            byte next = (await ReadAsync(socket, 1, ct))[0];
            if (next == 0)
                return text.ToString();

            text.Append((char)next);
        }

        throw new SshProtocolException($"The SOCKS client sent a text of more than {MaxText} bytes.");
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count, CancellationToken ct)
    {
        byte[] buffer = new byte[count];
        for (int read = 0; read < count;)
        {
            int received = await socket.ReceiveAsync(buffer.AsMemory(read), SocketFlags.None, ct);
            if (received == 0)
                throw new SshProtocolException("The SOCKS client left in the middle of its request.");

            read += received;
        }

        return buffer;
    }
}
