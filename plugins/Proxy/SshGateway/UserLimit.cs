namespace Teleport.Proxy.SshGateway;

/// <summary>Bounds how many users are connected at once; each may have any number of connections. Safe for use by several threads.</summary>
internal sealed class UserLimit(int maxUsers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _connections = new(StringComparer.Ordinal);

    public int Max => maxUsers;

    public bool TryEnter(string user)
    {
        lock (_gate)
        {
            if (!_connections.TryGetValue(user, out int count) && _connections.Count >= maxUsers)
            {
                return false;
            }

            _connections[user] = count + 1;
            return true;
        }
    }

    public void Leave(string user)
    {
        lock (_gate)
        {
            int count = _connections[user] - 1;
            if (count == 0)
            {
                _connections.Remove(user);
            }
            else
            {
                _connections[user] = count;
            }
        }
    }
}
