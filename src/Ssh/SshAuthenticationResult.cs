namespace Teleport.Ssh;

/// <summary>The judgement on an authentication attempt.</summary>
public abstract record SshAuthenticationResult
{
    private SshAuthenticationResult()
    {
    }

    /// <summary>The user is in. For a query: the key would do.</summary>
    /// <param name="identity">What <see cref="SshConnection.Identity"/> is to be; dropped for a query.</param>
    public static SshAuthenticationResult Accept(object identity) => new Accepted(identity);

    /// <summary>Refused. All refusals look the same to the client, but for the text.</summary>
    /// <param name="bannerText">A text for the user; <see langword="null"/> is none. It reaches someone unauthenticated.</param>
    public static SshAuthenticationResult Reject(string? bannerText = null) => new Rejected(bannerText);

    /// <summary>This method succeeded, but one of others must succeed too.</summary>
    /// <param name="methods">The methods that can continue.</param>
    public static SshAuthenticationResult PartialSuccess(params IReadOnlyList<string> methods) => new Partial(methods);

    internal sealed record Accepted(object Identity) : SshAuthenticationResult;

    internal sealed record Rejected(string? BannerText) : SshAuthenticationResult;

    internal sealed record Partial(IReadOnlyList<string> Methods) : SshAuthenticationResult;
}
