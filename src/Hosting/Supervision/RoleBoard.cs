using Teleport.Hosting.Configuration;

namespace Teleport.Hosting.Supervision;

/// <summary>Knows how every role of the instance fares. Safe for use by several threads.</summary>
internal sealed class RoleBoard(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, RoleStatus> _roles = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>The roles, ordered by name.</summary>
    public IReadOnlyList<RoleStatus> Snapshot
    {
        get
        {
            lock (_gate)
            {
                return [.. _roles.Values];
            }
        }
    }

    public void Add(EnabledRole role)
    {
        bool usable = role.Failure is null;
        lock (_gate)
        {
            _roles[role.Name] = new RoleStatus(
                role.Name, role.Plugin.Manifest.Id, usable ? RoleState.Starting : RoleState.Failed, role.Failure, time.GetUtcNow(), usable ? 0 : 1, role.Failure);
        }
    }

    public void Set(string name, RoleState state, string? detail)
    {
        lock (_gate)
        {
            RoleStatus present = _roles[name];
            bool failed = state is RoleState.Waiting or RoleState.Failed;
            _roles[name] = present with
            {
                State = state,
                Detail = detail,
                Since = present.State == state ? present.Since : time.GetUtcNow(),
                Failures = present.Failures + (failed ? 1 : 0),
                LastFailure = failed ? detail : present.LastFailure,
            };
            _changed.TrySetResult();
            _changed = NewSignal();
        }
    }

    /// <summary>Waits until something holds of the roles.</summary>
    public async Task<IReadOnlyList<RoleStatus>> WaitAsync(Func<IReadOnlyList<RoleStatus>, bool> holds, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            IReadOnlyList<RoleStatus> roles;
            lock (_gate)
            {
                changed = _changed.Task;
                roles = [.. _roles.Values];
            }

            if (holds(roles))
            {
                return roles;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
