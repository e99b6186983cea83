using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Resources;

namespace Teleport.Node.Connections;

/// <summary>Fills in what all events of a connection have in common.</summary>
internal sealed class EventStamp(NodeContext context, ConnectionOrigin origin)
{
    private Tuple<Server, IReadOnlyDictionary<string, string>>? _labels;

    /// <summary>The user, once known.</summary>
    public string? User { get; set; }

    public string? Impersonator { get; set; }

    public string? Login { get; set; }

    /// <summary>Access requests that the user acts under; <c>null</c>: none.</summary>
    public IReadOnlyList<string>? AccessRequests { get; set; }

    /// <summary>Fills an event in and takes it. Time and id are added by whoever keeps it.</summary>
    public void Emit(ServerEvent happened)
    {
        Server self = context.Self();
        context.Audit(happened with
        {
            User = happened.User ?? User,
            Impersonator = Impersonator,
            Login = Login,
            AccessRequests = AccessRequests,
            RemoteAddress = origin.Remote?.ToString(),
            LocalAddress = origin.Local.ToString(),
            ServerId = self.Metadata.Name,
            ServerHostname = self.Spec.Hostname,
            ServerAddress = self.Spec.Addr.Length > 0 ? self.Spec.Addr : null,
            ServerLabels = LabelsOf(self),
        });
    }

    private IReadOnlyDictionary<string, string> LabelsOf(Server self)
    {
        Tuple<Server, IReadOnlyDictionary<string, string>>? known = _labels;
        if (!ReferenceEquals(known?.Item1, self))
        {
            _labels = known = Tuple.Create(self, self.AllLabels());
        }

        return known.Item2;
    }
}
