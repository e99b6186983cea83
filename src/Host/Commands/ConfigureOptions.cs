using System.CommandLine;
using System.Net;

namespace Teleport.Host.Commands;

/// <summary>What a new configuration file should hold.</summary>
internal sealed record SamplePreset
{
    public required string ClusterName { get; init; }

    public required string Nodename { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = ["auth", "node", "proxy"];

    public string DataDir { get; init; } = "/var/lib/teleport";

    public string? Token { get; init; }

    public IReadOnlyList<string> AuthServers { get; init; } = [];

    public string? ProxyServer { get; init; }

    public IReadOnlyList<string> CaPins { get; init; } = [];

    public string? PublicAddr { get; init; }

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public IReadOnlyList<string> NodeLabels { get; init; } = [];
}

/// <summary>The flags of <c>teleport configure</c>.</summary>
internal sealed class ConfigureOptions
{
    private readonly Option<string?> _clusterName = new("--cluster-name") { Description = "Name of the cluster; default the host name." };
    private readonly Option<string[]> _roles = new("--roles") { Description = "Services to enable, as auth,proxy,node." };
    private readonly Option<string?> _dataDir = new("--data-dir") { Description = "Folder that keeps the data." };
    private readonly Option<string?> _token = new("--token") { Description = "Token for joining a cluster." };
    private readonly Option<string[]> _authServers = new("--auth-server") { Description = "Auth server to join by." };
    private readonly Option<string?> _proxy = new("--proxy") { Description = "Proxy to join by." };
    private readonly Option<string[]> _caPins = new("--ca-pin") { Description = "Pin of the cluster's authority." };
    private readonly Option<string?> _publicAddr = new("--public-addr") { Description = "Address by which users reach the proxy." };
    private readonly Option<string?> _certFile = new("--cert-file") { Description = "Certificate of the proxy." };
    private readonly Option<string?> _keyFile = new("--key-file") { Description = "Key of that certificate." };
    private readonly Option<string[]> _nodeLabels = new("--node-labels") { Description = "Labels of the node, as env=dev." };
    private readonly Option<string?> _nodename = new("--node-name") { Description = "Name of this host." };
    private readonly Option<bool> _acme = new("--acme") { Hidden = true };
    private readonly Option<string?> _acmeEmail = new("--acme-email") { Hidden = true };

    public Option<string> Output { get; } = new("--output", "-o")
    {
        Description = "stdout, file (/etc/teleport.yaml), file:///path or an absolute path.",
        DefaultValueFactory = static _ => "stdout",
    };

    public Option<string?> Test { get; } = new("--test") { Description = "Checks a file instead, with line and column of every mistake." };

    public IEnumerable<Option> All =>
    [
        Output, Test, _clusterName, _roles, _dataDir, _token, _authServers, _proxy, _caPins, _publicAddr, _certFile, _keyFile, _nodeLabels, _nodename, _acme, _acmeEmail,
    ];

    public SamplePreset Read(ParseResult parsed)
    {
        if (parsed.GetValue(_acme))
        {
            throw new CommandException("--acme is not supported yet: get a certificate by another program and name it by --cert-file and --key-file.");
        }

        string host = Dns.GetHostName();
        return new SamplePreset
        {
            ClusterName = parsed.GetValue(_clusterName) ?? host,
            Nodename = parsed.GetValue(_nodename) ?? host,
            Roles = Words(parsed.GetValue(_roles)) is { Count: > 0 } roles ? roles : ["auth", "node", "proxy"],
            DataDir = parsed.GetValue(_dataDir) ?? "/var/lib/teleport",
            Token = parsed.GetValue(_token),
            AuthServers = Words(parsed.GetValue(_authServers)),
            ProxyServer = parsed.GetValue(_proxy),
            CaPins = Words(parsed.GetValue(_caPins)),
            PublicAddr = parsed.GetValue(_publicAddr),
            CertFile = parsed.GetValue(_certFile),
            KeyFile = parsed.GetValue(_keyFile),
            NodeLabels = Words(parsed.GetValue(_nodeLabels)),
        };
    }

    private static List<string> Words(string[]? values) =>
        [.. (values ?? []).SelectMany(static value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
