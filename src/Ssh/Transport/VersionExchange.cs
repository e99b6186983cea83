using System.Text;

namespace Teleport.Ssh.Transport;

/// <summary>The lines that begin every connection (RFC 4253 section 4.2).</summary>
internal static class VersionExchange
{
    private const int MaxLineLength = 255;
    private const int MaxLinesBefore = 32;

    public static string LocalLine(SshTransportOptions options) => $"SSH-2.0-{options.SoftwareVersion}";

    public static void Send(string line, PacketWriter writer)
    {
        writer.WriteRaw(Encoding.ASCII.GetBytes(line + "\r\n"));
        writer.Flush();
    }

    /// <summary>Receives the peer's line. A server may send others before it, a client may not.</summary>
    /// <exception cref="SshProtocolException">The peer does not speak SSH 2.0.</exception>
    /// <exception cref="SshConnectionException">The peer closed the connection.</exception>
    public static async ValueTask<string> ReceiveAsync(PacketReader reader, bool peerIsServer, CancellationToken ct)
    {
        for (int count = 0; count <= (peerIsServer ? MaxLinesBefore : 0); count++)
        {
            string line = await ReadLineAsync(reader, ct);
            if (line.StartsWith("SSH-2.0-", StringComparison.Ordinal) || line.StartsWith("SSH-1.99-", StringComparison.Ordinal))
                return line;
            if (line.StartsWith("SSH-", StringComparison.Ordinal))
                throw new SshProtocolException($"The peer speaks '{line}'; only SSH 2.0 is supported.");
        }

        throw new SshProtocolException("The peer did not send an SSH version line. Check that the port is that of an SSH service.");
    }

    private static async ValueTask<string> ReadLineAsync(PacketReader reader, CancellationToken ct)
    {
        while (true)
        {
            if (reader.TryReadLine(MaxLineLength) is { } line)
                return line;
            if (!await reader.FillAsync(ct))
                throw new SshConnectionException(SshDisconnectReason.ConnectionLost, "The peer closed the connection before it sent its version.");
        }
    }
}
