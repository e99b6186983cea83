using System.Net;

namespace Teleport.Node.Connections;

/// <summary>Keeps the number of connections within limits: in all, and for each address those that have not proven anything.</summary>
internal sealed class ConnectionCounter(int maxConnections)
{
    /// <summary>Connections of one address that may be in the middle of their login.</summary>
    private const int MaxUnproven = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _unproven = [];
    private int _total;

    public int Total
    {
        get
        {
            lock (_gate)
            {
                return _total;
            }
        }
    }

    /// <summary>Counts a new connection.</summary>
    /// <returns><c>false</c>: it is one too many, and was not counted.</returns>
    public bool TryEnter(IPAddress address)
    {
        lock (_gate)
        {
            int unproven = _unproven.GetValueOrDefault(address);
            if (_total >= maxConnections || unproven >= MaxUnproven)
            {
                return false;
            }

            _total++;
            _unproven[address] = unproven + 1;
            return true;
        }
    }

    /// <summary>The login of a connection is over, one way or the other.</summary>
    public void OnLoginEnded(IPAddress address)
    {
        lock (_gate)
        {
            if (--_unproven[address] == 0)
            {
                _unproven.Remove(address);
            }
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _total--;
        }
    }
}
