using System.Collections.Immutable;
using Teleport.Abstractions.Plugins;

namespace Teleport.Agent;

/// <summary>Gathers what is wrong with a service's background work, so that the end of one trouble does not hide another.</summary>
/// <remarks>Safe for use by several threads.</remarks>
internal sealed class ServiceHealth
{
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<string, string> _troubles = ImmutableSortedDictionary<string, string>.Empty;
    private IServiceRoleContext? _context;

    /// <summary>What is wrong now; <c>null</c>: nothing.</summary>
    public string? Trouble
    {
        get
        {
            lock (_gate)
            {
                return _troubles.IsEmpty ? null : string.Join("; ", _troubles.Values);
            }
        }
    }

    /// <summary>Names who is told. What was reported before is told at once.</summary>
    public void Tell(IServiceRoleContext context)
    {
        lock (_gate)
        {
            _context = context;
        }

        if (Trouble is { } trouble)
        {
            context.ReportDegraded(trouble);
        }
    }

    /// <summary>Reports a trouble in place of an earlier one of the same part.</summary>
    public void Report(string part, string reason) => Change(troubles => troubles.SetItem(part, reason));

    /// <summary>Says that a part works again; it need not have been in trouble.</summary>
    public void Clear(string part) => Change(troubles => troubles.Remove(part));

    private void Change(Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change)
    {
        IServiceRoleContext? context;
        lock (_gate)
        {
            ImmutableSortedDictionary<string, string> before = _troubles;
            _troubles = change(before);
            if (ReferenceEquals(before, _troubles))
            {
                return;
            }

            context = _context;
        }

        if (Trouble is { } trouble)
        {
            context?.ReportDegraded(trouble);
        }
        else
        {
            context?.ReportReady();
        }
    }
}
