using Microsoft.AspNetCore.Http;

namespace Teleport.Proxy.Web;

/// <summary>Headers that every answer carries.</summary>
internal static class SecurityHeaders
{
    /// <summary>Nothing inline, nothing from elsewhere; images may be data, for the QR code.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <param name="headers">Headers of the answer.</param>
    /// <param name="trustedCertificate">Whether to make browsers insist on HTTPS: they would on all ports of a host, so not for a certificate of our own making.</param>
    public static void Apply(IHeaderDictionary headers, bool trustedCertificate)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers.CacheControl = "no-store";
        if (trustedCertificate)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }
}
