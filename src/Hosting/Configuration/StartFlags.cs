using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>What the command line says. It wins over the file; <c>null</c> and empty lists say nothing.</summary>
public sealed record StartFlags
{
    /// <summary>Which services run, by name or alias.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Host part of every listener that is not configured.</summary>
    public string? ListenIp { get; init; }

    /// <summary>The address that others are told.</summary>
    public string? AdvertiseIp { get; init; }

    /// <summary>Auth servers or proxies to join by.</summary>
    public IReadOnlyList<string> AuthServers { get; init; } = [];

    /// <summary>Join token, or the path of a file that holds it.</summary>
    public string? Token { get; init; }

    /// <summary>Pins of the cluster's host authority.</summary>
    public IReadOnlyList<string> CaPins { get; init; } = [];

    /// <summary>Name of this host.</summary>
    public string? Nodename { get; init; }

    /// <summary>The data folder.</summary>
    public string? DataDir { get; init; }

    /// <summary>Labels, as <c>env=dev,os=[1h:"uname -r"]</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>File that gets the process id.</summary>
    public string? PidFile { get; init; }

    /// <summary>Address of the diagnostics.</summary>
    public string? DiagAddr { get; init; }

    /// <summary>Whether web certificates go unverified.</summary>
    public bool Insecure { get; init; }

    /// <summary>Whether debug messages are logged, to stderr.</summary>
    public bool Debug { get; init; }

    /// <summary>Keys of sections that flags set: path, as <c>ssh_service.permit_user_env</c>, value, and the flag's name.</summary>
    public IReadOnlyList<FlagSetting> Settings { get; init; } = [];
}

/// <summary>A key that a flag sets.</summary>
/// <param name="Path">The key, as <c>ssh_service.permit_user_env</c>.</param>
/// <param name="Value">Its value.</param>
/// <param name="Flag">The flag, for messages.</param>
public sealed record FlagSetting(string Path, YamlNode Value, string Flag);
