using Teleport.Abstractions.Configuration;

namespace Teleport.Auth.Options;

/// <summary>The section <c>auth_service.authentication</c>. What is <c>null</c> stays as the cluster has it stored.</summary>
public sealed record AuthenticationOptions
{
    private const string Later = "it belongs to features that come later.";

    /// <summary><c>local</c>, the type of a connector, or <c>false</c> for no local login.</summary>
    public string? Type { get; init; }

    public bool? LocalAuth { get; init; }

    public string? ConnectorName { get; init; }

    /// <summary><c>otp</c> or <c>off</c>.</summary>
    public string? SecondFactor { get; init; }

    public TimeSpan? DefaultSessionTtl { get; init; }

    [Legacy("It has no effect unless second_factor is u2f, which is not supported yet.")]
    public U2fOptions? U2f { get; init; }

    [Reserved(Later)]
    public IReadOnlyList<string>? SecondFactors { get; init; }

    [Reserved(Later)]
    public WebauthnOptions? Webauthn { get; init; }

    [Reserved(Later)]
    public bool? Passwordless { get; init; }

    [Reserved(Later)]
    public bool? Headless { get; init; }

    [Reserved(Later)]
    public string RequireSessionMfa { get; init; } = "no";

    [Reserved(Later)]
    public string LockingMode { get; init; } = "best_effort";

    [Reserved(Later)]
    public string? SignatureAlgorithmSuite { get; init; }

    [Reserved(Later)]
    public IReadOnlyDictionary<string, string>? DeviceTrust { get; init; }

    [Reserved(Later)]
    public IReadOnlyDictionary<string, string>? HardwareKey { get; init; }

    [Reserved(Later)]
    public IReadOnlyDictionary<string, string>? Okta { get; init; }

    [Reserved(Later)]
    public string? PivSlot { get; init; }

    /// <summary>Whether the file says anything that the cluster stores.</summary>
    internal bool SaysAnything => (Type ?? SecondFactor ?? ConnectorName) is not null || LocalAuth is not null || DefaultSessionTtl is not null;

    internal void Validate(OptionsValidation validation)
    {
        if (Type is { } type && type is not ("local" or "github" or "oidc" or "saml" or "false" or "no" or "off"))
        {
            validation.AddError("authentication.type", $"\"{type}\" is unknown: use local, github, oidc or saml.");
        }

        if (SecondFactor is { } factor and not ("off" or "otp"))
        {
            validation.AddError("authentication.second_factor", factor is "u2f" or "on" or "optional" or "webauthn"
                ? $"\"{factor}\" is not supported yet: use otp."
                : $"\"{factor}\" is unknown: use otp, or off.");
        }
        else if (SecondFactor == "off")
        {
            validation.AddWarning("authentication.second_factor", "is off: a stolen password is all it takes to log in. Use otp.");
        }

        if (DefaultSessionTtl is { } ttl && (ttl < TimeSpan.FromMinutes(1) || ttl > TimeSpan.FromHours(30)))
        {
            validation.AddError("authentication.default_session_ttl", "must be from 1m to 30h.");
        }
    }
}

/// <summary>Settings of U2F, for files that have them.</summary>
public sealed record U2fOptions
{
    public string? AppId { get; init; }

    public IReadOnlyList<string> Facets { get; init; } = [];

    public IReadOnlyList<string> DeviceAttestationCas { get; init; } = [];
}

/// <summary>Settings of WebAuthn.</summary>
public sealed record WebauthnOptions
{
    public string? RpId { get; init; }

    public IReadOnlyList<string> AttestationAllowedCas { get; init; } = [];

    public IReadOnlyList<string> AttestationDeniedCas { get; init; } = [];

    public bool Disabled { get; init; }
}
