using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>The section <c>teleport</c>, as written.</summary>
internal sealed record TeleportSection : IPluginOptions
{
    public string? Nodename { get; init; }

    public string DataDir { get; init; } = "/var/lib/teleport";

    public string? PidFile { get; init; }

    public Secret? AuthToken { get; init; }

    public JoinParams? JoinParams { get; init; }

    public IReadOnlyList<string> CaPin { get; init; } = [];

    public NetworkAddress? AdvertiseIp { get; init; }

    public IReadOnlyList<NetworkAddress> AuthServers { get; init; } = [];

    public NetworkAddress? AuthServer { get; init; }

    public NetworkAddress? ProxyServer { get; init; }

    public ConnectionLimitsSection ConnectionLimits { get; init; } = new();

    public LogSection Log { get; init; } = new();

    public YamlNode? Storage { get; init; }

    public CacheSection Cache { get; init; } = new();

    public string? CaSignatureAlgo { get; init; }

    public IReadOnlyList<string> Ciphers { get; init; } = [];

    public IReadOnlyList<string> KexAlgos { get; init; } = [];

    public IReadOnlyList<string> MacAlgos { get; init; } = [];

    public IReadOnlyList<string> Ciphersuites { get; init; } = [];

    public NetworkAddress? DiagAddr { get; init; }

    [Reserved("there is one namespace, \"default\"; remove the key")]
    public string Namespace { get; init; } = "default";

    public void Validate(OptionsValidation validation)
    {
        if (AuthToken is not null && JoinParams is not null)
        {
            validation.AddError("join_params", "stands beside auth_token; write one of them");
        }

        AlgorithmNames.Check(validation, "ciphers", Ciphers, AlgorithmNames.Ciphers);
        AlgorithmNames.Check(validation, "kex_algos", KexAlgos, AlgorithmNames.KeyExchanges);
        AlgorithmNames.Check(validation, "mac_algos", MacAlgos, AlgorithmNames.Macs);
        AlgorithmNames.Check(validation, "ciphersuites", Ciphersuites, AlgorithmNames.TlsSuites);
        if (CaSignatureAlgo is { } algorithm)
        {
            AlgorithmNames.Check(validation, "ca_signature_algo", [algorithm], AlgorithmNames.AuthoritySignatures);
        }

        ConnectionLimits.Validate(validation);
        JoinParams?.Validate(validation);
        Log.Validate(validation);
        if (AdvertiseIp is { Host: "" or "0.0.0.0" or "::" })
        {
            validation.AddError("advertise_ip", "is the address of no host; write the one by which others reach this host, as 10.1.0.5");
        }
    }
}

/// <summary>The newer form of a join token.</summary>
internal sealed record JoinParams
{
    public string Method { get; init; } = "token";

    public Secret? TokenName { get; init; }

    public void Validate(OptionsValidation validation)
    {
        if (Method != "token")
        {
            validation.AddError("join_params.method", $"\"{Method}\" is not supported yet; use \"token\"");
        }

        if (TokenName is null)
        {
            validation.AddError("join_params", "lacks token_name: the token to join with");
        }
    }
}

/// <summary>Limits of each listener.</summary>
internal sealed record ConnectionLimitsSection
{
    public int MaxConnections { get; init; } = 15_000;

    public int MaxUsers { get; init; } = 250;

    [Reserved("the login end points have limits of their own; remove the key")]
    public IReadOnlyList<RateSection> Rates { get; init; } = [];

    public void Validate(OptionsValidation validation)
    {
        if (MaxConnections < 1)
        {
            validation.AddError("connection_limits.max_connections", $"is {MaxConnections}; write at least 1");
        }

        if (MaxUsers < 1)
        {
            validation.AddError("connection_limits.max_users", $"is {MaxUsers}; write at least 1");
        }
    }
}

/// <summary>A rate for each client address.</summary>
internal sealed record RateSection
{
    public TimeSpan Period { get; init; }

    public int Average { get; init; }

    public int Burst { get; init; }
}

/// <summary>The local copy of the cluster's state. It is always kept, in memory.</summary>
internal sealed record CacheSection
{
    [Reserved("services always keep a copy of the cluster's state, so that they work while the auth service is away; remove the key")]
    public bool Enabled { get; init; } = true;

    [Legacy("the copy is always in memory")]
    public string? Type { get; init; }

    [Legacy("the copy is kept for as long as the service runs")]
    public string? Ttl { get; init; }
}

/// <summary>Where the log goes.</summary>
internal sealed record LogSection
{
    public string Output { get; init; } = "stderr";

    public string Severity { get; init; } = "INFO";

    public LogFormatSection Format { get; init; } = new();

    public void Validate(OptionsValidation validation)
    {
        if (Logging.LogSeverities.Parse(Severity) is null)
        {
            validation.AddError("log.severity", $"\"{Severity}\" is unknown; write error, warn, info, debug or trace");
        }

        if (Format.Output is not ("text" or "json"))
        {
            validation.AddError("log.format.output", $"\"{Format.Output}\" is unknown; write text or json");
        }

        foreach (string field in Format.ExtraFields.Where(static f => f is not ("timestamp" or "component" or "caller" or "level")))
        {
            validation.AddError("log.format.extra_fields", $"\"{field}\" is unknown; known are timestamp, component, caller, level");
        }
    }
}

/// <summary>How log lines look.</summary>
internal sealed record LogFormatSection
{
    public string Output { get; init; } = "text";

    public IReadOnlyList<string> ExtraFields { get; init; } = [];
}
