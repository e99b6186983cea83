namespace Teleport.Abstractions.Resources;

/// <summary>The presence of a node, a proxy or an auth server: announced again and again, gone when it falls silent. Its name is the host's id.</summary>
public sealed record Server : Resource
{
    /// <summary><see cref="ResourceKinds.Node"/>, <see cref="ResourceKinds.Proxy"/> or <see cref="ResourceKinds.AuthServer"/>.</summary>
    [System.Text.Json.Serialization.JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.Node;

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v2";

    /// <summary>Where and what it is.</summary>
    public ServerSpec Spec { get; set; } = new();

    /// <summary>All labels: static ones, overlaid by the last results of commands.</summary>
    public IReadOnlyDictionary<string, string> AllLabels()
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in Metadata.Labels ?? new Dictionary<string, string>())
        {
            labels[key] = value;
        }

        foreach ((string key, CommandLabel label) in Spec.CmdLabels ?? new Dictionary<string, CommandLabel>())
        {
            labels[key] = label.Result;
        }

        return labels;
    }
}

/// <summary>Where and what a server is.</summary>
public sealed record ServerSpec
{
    /// <summary>Where to dial it, as <c>10.0.0.1:3022</c>; empty for a tunnel.</summary>
    public string Addr { get; set; } = "";

    /// <summary>Other addresses that it is known by.</summary>
    public StringList? PublicAddrs { get; set; }

    /// <summary>Its name for people.</summary>
    public string Hostname { get; set; } = "";

    /// <summary>Labels that commands produce.</summary>
    public IReadOnlyDictionary<string, CommandLabel>? CmdLabels { get; set; }

    /// <summary>Whether it is reached through its tunnel.</summary>
    public bool UseTunnel { get; set; }

    /// <summary>For a proxy: where agents dial, as <c>proxy.example.com:3024</c>.</summary>
    public string? TunnelAddr { get; set; }

    /// <summary>For a proxy: where SSH clients dial.</summary>
    public string? SshAddr { get; set; }

    /// <summary>Version of its program.</summary>
    public string? Version { get; set; }
}

/// <summary>A label that a command produces.</summary>
public sealed record CommandLabel
{
    /// <summary>How often it runs, as <c>1m</c>.</summary>
    public string Period { get; set; } = "";

    /// <summary>The command and its arguments.</summary>
    public StringList Command { get; set; } = [];

    /// <summary>What it printed last.</summary>
    public string Result { get; set; } = "";
}
