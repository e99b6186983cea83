namespace Teleport.Pki.Names;

/// <summary>Object identifiers of subject attributes, with what they mean in the certificates of users.</summary>
/// <remarks>
/// User: CN user, O roles, OU <c>usage:</c>, L principals, street route to cluster, postalCode traits as JSON. Host: CN
/// <c>UUID.CLUSTER</c>, O system role. Authority: O and CN cluster, serialNumber a random number.
/// </remarks>
internal static class SubjectAttributes
{
    public const string CommonName = "2.5.4.3";
    public const string SerialNumber = "2.5.4.5";
    public const string Locality = "2.5.4.7";
    public const string Street = "2.5.4.9";
    public const string Organization = "2.5.4.10";
    public const string OrganizationalUnit = "2.5.4.11";
    public const string PostalCode = "2.5.4.17";

    public const string TeleportCluster = "1.3.9999.1.7";
    public const string MfaVerified = "1.3.9999.1.8";
    public const string ClientAddress = "1.3.9999.1.9";
    public const string Impersonator = "1.3.9999.2.7";
    public const string ActiveRequest = "1.3.9999.2.8";
    public const string DisallowReissue = "1.3.9999.2.9";

    /// <summary>One of the only resources that the certificate reaches.</summary>
    public const string AllowedResource = "1.3.9999.2.10";

    /// <summary>Begins an organizational unit that limits the certificate to one use.</summary>
    public const string UsagePrefix = "usage:";
}
