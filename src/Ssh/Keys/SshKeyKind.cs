namespace Teleport.Ssh.Keys;

/// <summary>What kind of key to make.</summary>
public enum SshKeyKind
{
    /// <summary>Ed25519: small, fast, the default.</summary>
    Ed25519,

    /// <summary>ECDSA on NIST P-256; also works as a TLS key.</summary>
    EcdsaP256,

    /// <summary>ECDSA on NIST P-384.</summary>
    EcdsaP384,

    /// <summary>ECDSA on NIST P-521.</summary>
    EcdsaP521,

    /// <summary>RSA, signing with SHA-2 only: for peers that know nothing newer.</summary>
    Rsa,
}
