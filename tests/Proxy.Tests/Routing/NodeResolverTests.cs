using Teleport.Abstractions.Resources;
using Teleport.Proxy.Routing;

namespace Teleport.Proxy.Tests.Routing;

public sealed class NodeResolverTests
{
    private const string A = "aaaaaaaa-0000-4000-8000-000000000001";
    private const string B = "bbbbbbbb-0000-4000-8000-000000000002";
    private const string C = "cccccccc-0000-4000-8000-000000000003";
    private const string D = "dddddddd-0000-4000-8000-000000000004";
    private const string E = "eeeeeeee-0000-4000-8000-000000000005";

    private static readonly Dictionary<string, Server> Nodes = new Server[]
    {
        Node(A, "web1", "10.0.0.1:3022", "web1.public.example:2222"),
        Node(B, "db", "10.0.0.2:3022"),
        Node(C, "db", "10.0.0.3:4022"),
        Node(D, "edge", "", useTunnel: true),
        // A node that calls itself by another one's id, and one that calls itself like a node with the cluster's name.
        Node(E, A, "10.0.0.5:3022"),
    }.ToDictionary(static n => n.Metadata.Name);

    [Theory]
    [InlineData("web1", 0, A)]
    [InlineData("WEB1", 22, A)]
    [InlineData("web1", 3022, A)]
    [InlineData("web1", 2222, A)]
    [InlineData("web1", 4711, "")]
    [InlineData("web1.lab.example", 0, A)]
    [InlineData("web1.lab.example", 4711, "")]
    [InlineData("web1.other.example", 0, "")]
    [InlineData("web1.public.example", 0, A)]
    [InlineData("web1.public.example", 2222, A)]
    [InlineData("10.0.0.1", 22, A)]
    [InlineData("10.0.0.1", 3022, A)]
    [InlineData("db", 0, B + C)]
    [InlineData("db", 22, B + C)]
    [InlineData("db", 3022, B)]
    [InlineData("db", 4022, C)]
    [InlineData("10.0.0.3", 0, C)]
    [InlineData("edge", 0, D)]
    [InlineData("edge", 22, D)]
    [InlineData("edge", 4711, D)]
    [InlineData(A, 0, A)]
    [InlineData("AAAAAAAA-0000-4000-8000-000000000001", 4711, A)]
    [InlineData(A + ".lab.example", 22, A)]
    [InlineData("ffffffff-0000-4000-8000-00000000000f", 0, "")]
    [InlineData("", 0, "")]
    [InlineData(".lab.example", 0, "")]
    public void Find_Name_IsResolvedByTheRules(string host, int port, string expected)
    {
        IReadOnlyList<Server> found = NodeResolver.Find(Nodes, static _ => true, "lab.example", host, port);

        Assert.Equal(expected, string.Concat(found.Select(static n => n.Metadata.Name).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("db", B)]
    [InlineData(C, "")]
    [InlineData("10.0.0.3", "")]
    public void Find_NodeThatMayNotBeSeen_DoesNotExist(string host, string expected)
    {
        IReadOnlyList<Server> found = NodeResolver.Find(Nodes, static n => n.Metadata.Name != C, "lab.example", host, 0);

        Assert.Equal(expected, string.Concat(found.Select(static n => n.Metadata.Name)));
    }

    private static Server Node(string id, string hostname, string address, string? publicAddress = null, bool useTunnel = false) => new()
    {
        Metadata = new ResourceMetadata { Name = id },
        Spec = new ServerSpec { Hostname = hostname, Addr = address, UseTunnel = useTunnel, PublicAddrs = publicAddress is null ? null : [publicAddress] },
    };
}
