using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Security;
using Teleport.Auth.Joining;

namespace Teleport.Auth.Startup;

/// <summary>Makes the token by which the roles of this process join: good for those that are enabled, for as long as the process lives.</summary>
internal sealed class LocalJoinTokenFactory(IRendezvous rendezvous)
{
    private static readonly (string ServiceRole, SystemRole Role)[] Roles =
    [
        ("proxy", SystemRole.Proxy), ("node", SystemRole.Node), ("app", SystemRole.App), ("db", SystemRole.Db), ("kube", SystemRole.Kube), ("access", SystemRole.Access),
    ];

    public LocalJoinToken Create() =>
        new(Secret.Random(32), [.. Roles.Where(r => rendezvous.IsEnabled(r.ServiceRole)).Select(static r => r.Role)]);
}
