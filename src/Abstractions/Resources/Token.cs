using Teleport.Abstractions.Security;

namespace Teleport.Abstractions.Resources;

/// <summary>A token that lets services join. Its name, the secret itself, is masked wherever secrets are not asked for.</summary>
public sealed record Token : Resource
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = ResourceKinds.Token;

    /// <inheritdoc/>
    public override string Version { get; init; } = "v2";

    /// <summary>What it is good for.</summary>
    public TokenSpec Spec { get; init; } = new();
}

/// <summary>What a token is good for.</summary>
public sealed record TokenSpec
{
    /// <summary>What the holder may become.</summary>
    public IReadOnlyList<SystemRole> Roles { get; init; } = [];

    /// <summary>How a joiner proves itself; only <c>token</c>.</summary>
    public string JoinMethod { get; init; } = "token";

    /// <summary>How many hosts may join by it; <c>null</c>: any number.</summary>
    public int? MaxUses { get; init; }
}
