namespace Teleport.Ssh.Connection;

/// <summary>The channels of a connection by our number. Thread-safe.</summary>
internal sealed class ChannelTable(int maxChannels)
{
    private readonly Lock _gate = new();
    private readonly List<SshChannel?> _slots = [];
    private readonly Stack<int> _free = new();
    private Exception? _failure;
    private int _count;

    /// <summary>How many channels there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>Adds a channel under a free number.</summary>
    /// <returns>The channel, or <see langword="null"/> if there are too many.</returns>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public SshChannel? TryAdd(Func<uint, SshChannel> create)
    {
        lock (_gate)
        {
            if (_failure is not null)
                throw new SshConnectionException(SshDisconnectReason.ConnectionLost, $"The connection ended: {_failure.Message}", _failure);
            if (_count >= maxChannels)
                return null;

            if (!_free.TryPop(out int slot))
            {
                slot = _slots.Count;
                _slots.Add(null);
            }

            _count++;
            return _slots[slot] = create((uint)slot);
        }
    }

    /// <exception cref="SshProtocolException">There is no such channel.</exception>
    public SshChannel Get(uint id)
    {
        lock (_gate)
        {
            return id < _slots.Count && _slots[(int)id] is { } channel
                ? channel
                : throw new SshProtocolException($"The peer named channel {id}, which does not exist.");
        }
    }

    public void Remove(SshChannel channel)
    {
        lock (_gate)
        {
            int slot = (int)channel.LocalId;
            if (slot >= _slots.Count || _slots[slot] != channel)
                return;

            _slots[slot] = null;
            _free.Push(slot);
            _count--;
        }
    }

    /// <summary>Takes all channels out and refuses new ones.</summary>
    public IReadOnlyList<SshChannel> Close(Exception failure)
    {
        lock (_gate)
        {
            _failure = failure;
            SshChannel[] channels = [.. _slots.OfType<SshChannel>()];
            _slots.Clear();
            _free.Clear();
            _count = 0;
            return channels;
        }
    }
}
