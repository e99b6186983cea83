namespace Teleport.Ssh;

/// <summary>What an authentication attempt shows.</summary>
public enum SshAuthenticationKind
{
    /// <summary>Nothing: the client asks whether a key would be accepted (RFC 4252 section 7).</summary>
    Query,

    /// <summary>A verified signature, or a secret for the authenticator to verify.</summary>
    Proof,
}
