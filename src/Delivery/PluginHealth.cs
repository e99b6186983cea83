using Teleport.Abstractions.AccessPlugins;

namespace Teleport.Delivery;

/// <summary>Gathers how a plugin fares. Safe for use by several threads.</summary>
internal sealed class PluginHealth(string name, string type, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (AccessPluginState State, string Detail)> _troubles = new(StringComparer.Ordinal);
    private DateTimeOffset? _lastSuccess;
    private DateTimeOffset? _lastFailure;
    private bool _isChecked;

    public string Name { get; } = name;

    /// <summary>Set by the queue.</summary>
    public int Waiting { get; set; }

    /// <summary>Age of the oldest request that waits, in seconds; set by the queue.</summary>
    public Func<double> Age { get; set; } = static () => 0;

    public double OldestSeconds => Age();

    public bool IsHealthy => Read().State == AccessPluginState.Healthy;

    /// <summary>The plugin's own check succeeded once.</summary>
    public void Checked()
    {
        lock (_gate)
        {
            _isChecked = true;
        }
    }

    /// <summary>A call of the service ended.</summary>
    public void Heard(bool isSuccess)
    {
        lock (_gate)
        {
            _ = isSuccess ? _lastSuccess = time.GetUtcNow() : _lastFailure = time.GetUtcNow();
        }
    }

    /// <summary>Reports a trouble in place of an earlier one of the same part.</summary>
    public void Report(string part, AccessPluginState state, string detail)
    {
        lock (_gate)
        {
            _troubles[part] = (state, detail);
            _lastFailure = time.GetUtcNow();
        }
    }

    /// <summary>Says that a part works; it need not have been in trouble.</summary>
    public void Clear(string part)
    {
        lock (_gate)
        {
            _troubles.Remove(part);
        }
    }

    public AccessPluginStatus Read()
    {
        lock (_gate)
        {
            return new AccessPluginStatus
            {
                Name = Name,
                Type = type,
                State = _troubles.Count > 0 ? _troubles.Values.Max(static t => t.State) : _isChecked ? AccessPluginState.Healthy : AccessPluginState.Starting,
                Detail = _troubles.Count == 0 ? null : string.Join(" ", _troubles.Values.Select(static t => t.Detail)),
                LastSuccess = _lastSuccess,
                LastFailure = _lastFailure,
                Waiting = Waiting,
            };
        }
    }
}
