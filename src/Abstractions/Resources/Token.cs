using Teleport.Abstractions.Security;

namespace Teleport.Abstractions.Resources;

/// <summary>A token that lets services join. Its name, the secret itself, is masked wherever secrets are not asked for.</summary>
public sealed record Token : Resource
{
    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.Token;

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v2";

    /// <summary>What it is good for.</summary>
    public TokenSpec Spec { get; set; } = new();
}

/// <summary>What a token is good for.</summary>
public sealed record TokenSpec
{
    /// <summary>What the holder may become.</summary>
    public IReadOnlyList<SystemRole> Roles { get; set; } = [];

    /// <summary>How a joiner proves itself; only <c>token</c>.</summary>
    public string JoinMethod { get; set; } = "token";

    /// <summary>How many hosts may join by it; <c>null</c>: any number.</summary>
    public int? MaxUses { get; set; }
}
