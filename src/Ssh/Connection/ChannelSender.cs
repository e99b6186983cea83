using System.Runtime.CompilerServices;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>Cuts data into packets as window and connection allow. Thread-safe; concurrent calls mix packet by packet.</summary>
internal sealed class ChannelSender(PacketWriter writer)
{
    private readonly Lock _gate = new();
    private readonly SendWindow _window = new();
    private uint _recipient;
    private int _maxPacket;
    private bool _open;
    private SshConnectionException? _loss;

    /// <summary>Whether data may be sent: between the channel's opening and our EOF or CLOSE.</summary>
    public bool CanSend
    {
        get
        {
            lock (_gate)
                return _open;
        }
    }

    public void Open(uint recipient, uint window, uint maxPacket)
    {
        lock (_gate)
        {
            _recipient = recipient;
            _maxPacket = (int)Math.Min(maxPacket, ReceiveWindow.MaxPacket);
            _open = true;
        }

        _window.Add(window);
    }

    /// <exception cref="SshProtocolException">The window would pass 2^32 - 1 bytes.</exception>
    public void AddWindow(uint bytes) => _window.Add(bytes);

    /// <summary>Ends the sending and, in the same step, writes the message that says so: no data can come behind it.</summary>
    /// <returns>Whether the message was written: not if the sending had ended.</returns>
    public bool End<T>(scoped in T message)
        where T : ISshMessage<T>, allows ref struct
    {
        lock (_gate)
        {
            if (!_open)
                return false;

            _open = false;
            writer.Write(message);
        }

        _window.Close();
        return true;
    }

    /// <summary>Ends the sending without a word.</summary>
    /// <param name="loss">Thrown by further calls if the connection was lost; <see langword="null"/> if the channel was closed.</param>
    public void Abort(SshConnectionException? loss)
    {
        lock (_gate)
        {
            _open = false;
            _loss ??= loss;
        }

        _window.Close();
    }

    /// <summary>Sends all data.</summary>
    /// <returns><see langword="false"/> if the channel was closed before its end.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> SendAllAsync(ReadOnlyMemory<byte> data, bool isStderr, CancellationToken ct)
    {
        while (!data.IsEmpty)
        {
            int count = await SendSomeAsync(data, isStderr, ct);
            if (count == 0)
                return false;

            data = data[count..];
        }

        return CanSend;
    }

    /// <summary>Sends as much as can be sent at once, at least one byte.</summary>
    /// <returns>The bytes sent; 0 if the channel is closed.</returns>
    /// <exception cref="SshConnectionException">The connection was lost.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> SendSomeAsync(ReadOnlyMemory<byte> data, bool isStderr, CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            int count = WritePackets(data.Span, isStderr, out Obstacle obstacle);
            if (count > 0)
            {
                writer.Flush();
                return count;
            }

            switch (obstacle)
            {
                case Obstacle.Closed:
                    return _loss is null ? 0 : throw Lost(_loss);
                case Obstacle.Window:
                    await _window.WaitAsync(ct);
                    break;
                default:
                    await writer.WaitForRoomAsync(ct);
                    break;
            }
        }
    }

    /// <summary>A new one for each caller: a thrown exception collects its stack trace.</summary>
    private static SshConnectionException Lost(SshConnectionException cause) => new(cause.Reason, cause.Message, cause);

    private int WritePackets(ReadOnlySpan<byte> data, bool isStderr, out Obstacle obstacle)
    {
        int total = 0;
        obstacle = Obstacle.None;
        while (total < data.Length && obstacle == Obstacle.None)
            total += WritePacket(data[total..], isStderr, out obstacle);

        return total;
    }

    /// <summary>The lock spans the check and the writing, so that EOF and CLOSE cannot come in between.</summary>
    private int WritePacket(ReadOnlySpan<byte> data, bool isStderr, out Obstacle obstacle)
    {
        lock (_gate)
        {
            obstacle = Obstacle.Closed;
            if (!_open)
                return 0;

            obstacle = Obstacle.Window;
            int count = _window.Take(Math.Min(data.Length, _maxPacket));
            if (count == 0)
                return 0;

            if (writer.TryWriteData(_recipient, data[..count], isStderr))
            {
                obstacle = Obstacle.None;
                return count;
            }

            _window.Return(count);
            obstacle = Obstacle.Connection;
            return 0;
        }
    }

    private enum Obstacle
    {
        None,
        Closed,
        Window,
        Connection,
    }
}
