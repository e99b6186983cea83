using Google.Protobuf;
using Teleport.Abstractions.Resources;
using Teleport.Api.Presence.V1;

namespace Teleport.Auth.Tests.Cluster;

/// <summary>Announcements as services send them.</summary>
internal static class Announcements
{
    public static Task NodeAsync(JoinedHost host, Func<Server, Server>? change = null) => SendAsync(host, ResourceKinds.Node, change);

    public static Task ProxyAsync(JoinedHost host, Func<Server, Server>? change = null) => SendAsync(host, ResourceKinds.Proxy, change);

    private static async Task SendAsync(JoinedHost host, string kind, Func<Server, Server>? change)
    {
        var server = new Server
        {
            Kind = kind,
            Metadata = new ResourceMetadata { Name = host.HostId, Labels = new Dictionary<string, string> { ["env"] = "lab" } },
            Spec = new ServerSpec { Addr = "10.1.2.3:3022", Hostname = "host-" + host.HostId[..8] },
        };
        byte[] json = ResourceJson.Serialize(change?.Invoke(server) ?? server);
        await host.Client.Presence.AnnounceAsync(new AnnounceRequest { Kind = kind, Json = ByteString.CopyFrom(json), TtlSeconds = 600 });
    }
}
