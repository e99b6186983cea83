using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>Bounds what the receive windows of a connection may add up to, and how many there are.</summary>
/// <remarks>Thread-safe. A window keeps its place until its data is read, also when the channel is closed already.</remarks>
internal sealed class WindowBudget(long bytes, int windows, RoundTrip roundTrip)
{
    private readonly Lock _gate = new();
    private long _bytes = bytes;
    private int _windows = windows;

    /// <summary>The connection's round trip, by which windows know how large they need to be.</summary>
    public RoundTrip RoundTrip => roundTrip;

    public bool TryAddWindow()
    {
        lock (_gate)
        {
            if (_windows == 0)
                return false;

            _windows--;
            return true;
        }
    }

    public void RemoveWindow()
    {
        lock (_gate)
            _windows++;
    }

    /// <summary>Takes up to so many bytes, but never more than a quarter of what is left, so that the next channel gets some.</summary>
    public long Take(long wanted)
    {
        lock (_gate)
        {
            long taken = Math.Min(wanted, _bytes / 4);
            _bytes -= taken;
            return taken;
        }
    }

    public void Return(long bytes)
    {
        lock (_gate)
            _bytes += bytes;
    }
}
