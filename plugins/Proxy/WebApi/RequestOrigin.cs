using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Teleport.Proxy.WebApi;

/// <summary>Refuses what a page of another site makes a browser send.</summary>
internal static class RequestOrigin
{
    /// <summary>The header that repeats the cookie.</summary>
    public const string CsrfHeader = "X-CSRF-Token";

    /// <summary>The cookie that pages get: bound to this host by its name.</summary>
    public const string CsrfCookie = "__Host-grv_csrf";

    /// <summary>The name that older clients use, which make up cookie and header.</summary>
    public const string OlderCsrfCookie = "grv_csrf";

    private const int TokenBytes = 32;

    /// <summary>Refuses requests that a browser says come from elsewhere. Other clients send none of these headers.</summary>
    /// <exception cref="WebRequestException">Status 403.</exception>
    public static void RequireSameSite(HttpRequest request)
    {
        string? fetchSite = request.Headers["Sec-Fetch-Site"];
        string? origin = request.Headers.Origin;
        bool sameSite = fetchSite is null or "same-origin" or "none";
        bool sameOrigin = origin is null || string.Equals(origin, $"https://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
        if (!sameSite || !sameOrigin)
        {
            throw new WebRequestException(StatusCodes.Status403Forbidden, "access denied");
        }
    }

    /// <summary>Refuses requests whose header does not repeat the cookie: another site can make a browser send the cookie, but cannot read it.</summary>
    /// <exception cref="WebRequestException">Status 403.</exception>
    public static void RequireCsrfToken(HttpRequest request)
    {
        string? cookie = request.Cookies[CsrfCookie] ?? request.Cookies[OlderCsrfCookie];
        string? header = request.Headers[CsrfHeader];
        if (!IsToken(cookie) || !IsToken(header)
            || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(cookie!), Encoding.ASCII.GetBytes(header!)))
        {
            throw new WebRequestException(StatusCodes.Status403Forbidden, "access denied");
        }
    }

    /// <summary>The token of a browser's cookie, or a new one that is set.</summary>
    public static string IssueCsrfToken(HttpContext context)
    {
        string? existing = context.Request.Cookies[CsrfCookie];
        if (IsToken(existing))
        {
            return existing!;
        }

        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        context.Response.Cookies.Append(CsrfCookie, token, new CookieOptions
        {
            HttpOnly = true,
            Secure = true,
            SameSite = SameSiteMode.Strict,
            Path = "/",
        });
        return token;
    }

    private static bool IsToken(string? text) => text is { Length: 2 * TokenBytes } && text.All(char.IsAsciiHexDigit);
}
