using Teleport.Abstractions.Errors;

namespace Teleport.Pki.Identities;

/// <summary>The one way to say that a certificate proves nothing. The text is for logs: peers are told less.</summary>
internal static class CertificateRefused
{
    public static TeleportException Because(string reason, Exception? cause = null) =>
        new(ErrorCode.Unauthenticated, $"The certificate is refused: {reason}.", cause);

    /// <summary>The cluster that a certificate speaks for: what it names and what its authority stands for must agree (H09).</summary>
    public static string Agree(string? named, string? authorityCluster) => (named, authorityCluster) switch
    {
        (null or "", null or "") => throw Because("it does not name its cluster"),
        (null or "", _) => authorityCluster,
        (_, null) => named,
        _ when named == authorityCluster => named,
        _ => throw Because($"it names the cluster \"{named}\" but is signed by the authority of \"{authorityCluster}\""),
    };
}
