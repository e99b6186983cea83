using Teleport.Abstractions.Security;

namespace Teleport.Abstractions.Configuration;

/// <summary>Where a secret of the configuration comes from. In a file of the configuration <c>key_file: PATH</c>, <c>key: {file: PATH}</c>, <c>key: {env: NAME}</c> or, warned about, <c>key: VALUE</c>.</summary>
public sealed record SecretSource
{
    /// <summary>A file with the secret, which may change; trailing line ends do not count.</summary>
    public string? File { get; init; }

    /// <summary>An environment variable with the secret.</summary>
    public string? Env { get; init; }

    /// <summary>The secret itself.</summary>
    public Secret? Value { get; init; }

    /// <summary>Where it comes from; never the secret.</summary>
    public override string ToString() => File is not null ? $"file {File}" : Env is not null ? $"environment variable {Env}" : "the configuration itself";
}
