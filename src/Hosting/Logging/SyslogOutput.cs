using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Teleport.Hosting.Logging;

/// <summary>Sends lines to the system's log (RFC 3164, facility daemon) by its local socket.</summary>
internal sealed class SyslogOutput : ILogOutput
{
    private const string Path = "/dev/log";
    private const int Daemon = 3;
    private const int MaxBytes = 8 * 1024;

    private readonly Lock _gate = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <exception cref="SocketException">There is no system log.</exception>
    public SyslogOutput() => _socket.Connect(new UnixDomainSocketEndPoint(Path));

    public bool WantsTimestamps => false;

    public void Write(LogLevel level, string line)
    {
        int severity = level switch { LogLevel.Critical => 2, LogLevel.Error => 3, LogLevel.Warning => 4, LogLevel.Information => 6, _ => 7 };
        string entry = string.Create(CultureInfo.InvariantCulture, $"<{(Daemon * 8) + severity}>teleport[{Environment.ProcessId}]: {line}");
        byte[] bytes = Encoding.UTF8.GetBytes(entry);
        lock (_gate)
        {
            try
            {
                _socket.Send(bytes.AsSpan(0, Math.Min(bytes.Length, MaxBytes)));
            }
            catch (SocketException)
            {
                // The system log restarts now and then; the next line finds it again or is lost as this one.
                return;
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
