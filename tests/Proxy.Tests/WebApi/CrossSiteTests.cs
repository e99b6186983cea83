using System.Net;
using System.Text;
using Teleport.Api.Login.V1;
using Teleport.Proxy.Tests.Fixtures;

namespace Teleport.Proxy.Tests.WebApi;

/// <summary>What a page of another site makes a browser send changes nothing.</summary>
public sealed class CrossSiteTests
{
    private const string Path = "/v1/webapi/users/password/token";
    private static readonly string Token = new('a', 64);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Accept_WithCookieAndHeader_SetsCredentials()
    {
        await using TestProxy proxy = Start();
        using HttpClient http = proxy.Http();

        using HttpResponseMessage response = await http.SendAsync(Request(), Stop);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"user":"alice"}""", await response.Content.ReadAsStringAsync(Stop));
        var request = Assert.IsType<AcceptInvitationRequest>(Assert.Single(proxy.Auth.Requests));
        Assert.Equal(("t0k3n", "pässword", "123456"), (request.Token, request.Password, request.OtpCode));
    }

    [Fact]
    public async Task Accept_TokenOfThePage_IsGood()
    {
        await using TestProxy proxy = Start();
        using HttpClient http = proxy.Http();
        using HttpResponseMessage page = await http.GetAsync("/web/invite/t0k3n", Stop);
        string cookie = Assert.Single(page.Headers.GetValues("Set-Cookie"));
        string html = await page.Content.ReadAsStringAsync(Stop);
        string token = html.Split("data-csrf=\"")[1][..64];

        Assert.StartsWith($"__Host-grv_csrf={token};", cookie, StringComparison.Ordinal);
        foreach (string attribute in new[] { "secure", "httponly", "samesite=strict", "path=/" })
        {
            Assert.Contains(attribute, cookie, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
        HttpRequestMessage request = Request(cookie: $"__Host-grv_csrf={token}", header: token);
        request.Headers.Add("Origin", $"https://localhost:{proxy.Web.Port}");
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using HttpResponseMessage response = await http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("no cookie")]
    [InlineData("no header")]
    [InlineData("another user's token")]
    [InlineData("short token")]
    [InlineData("host-bound cookie differs")]
    [InlineData("foreign origin")]
    [InlineData("null origin")]
    [InlineData("origin with our name in front")]
    [InlineData("plain origin")]
    [InlineData("cross-site fetch")]
    [InlineData("same-site fetch")]
    public async Task H18_WithoutProofOfThePage_IsRefused(string attack)
    {
        await using TestProxy proxy = Start();
        using HttpClient http = proxy.Http();
        string own = $"https://localhost:{proxy.Web.Port}";
        HttpRequestMessage request = attack switch
        {
            "no cookie" => Request(cookie: null),
            "no header" => Request(header: null),
            "another user's token" => Request(header: new string('b', 64)),
            "short token" => Request(cookie: "grv_csrf=aa", header: "aa"),
            "host-bound cookie differs" => Request(cookie: $"grv_csrf={Token}; __Host-grv_csrf={new string('b', 64)}"),
            _ => Request(),
        };
        (string Name, string Value)? header = attack switch
        {
            "foreign origin" => ("Origin", "https://evil.example"),
            "null origin" => ("Origin", "null"),
            "origin with our name in front" => ("Origin", own + ".evil.example"),
            "plain origin" => ("Origin", own.Replace("https", "http", StringComparison.Ordinal)),
            "cross-site fetch" => ("Sec-Fetch-Site", "cross-site"),
            "same-site fetch" => ("Sec-Fetch-Site", "same-site"),
            _ => null,
        };
        if (header is { } h)
        {
            request.Headers.Add(h.Name, h.Value);
        }

        using HttpResponseMessage response = await http.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("""{"message":"access denied"}""", await response.Content.ReadAsStringAsync(Stop));
        Assert.Empty(proxy.Auth.Requests);
    }

    [Theory]
    [InlineData("PUT", Path, "text/plain")]
    [InlineData("PUT", Path, "application/x-www-form-urlencoded")]
    [InlineData("POST", "/webapi/ssh/certs", "text/plain")]
    [InlineData("POST", "/webapi/ssh/certs", "multipart/form-data")]
    [InlineData("POST", "/webapi/host/credentials", "text/plain")]
    [InlineData("POST", "/webapi/host/credentials", "application/json; charset=utf-16")]
    public async Task H18_BodyThatAFormCanSend_IsRefused(string method, string path, string type)
    {
        await using TestProxy proxy = Start();
        using HttpClient http = proxy.Http();
        HttpRequestMessage request = Request();
        request.Method = new HttpMethod(method);
        request.RequestUri = new Uri(path, UriKind.Relative);
        request.Content!.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);

        using HttpResponseMessage response = await http.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Empty(proxy.Auth.Requests);
    }

    [Theory]
    [InlineData("/webapi/ssh/certs")]
    [InlineData("/webapi/host/credentials")]
    public async Task H18_CommandLineRoutesFromAPage_AreRefused(string path)
    {
        await using TestProxy proxy = Start();
        using HttpClient http = proxy.Http();
        HttpRequestMessage request = Request();
        request.Method = HttpMethod.Post;
        request.RequestUri = new Uri(path, UriKind.Relative);
        request.Headers.Add("Origin", "https://evil.example");

        using HttpResponseMessage response = await http.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(proxy.Auth.Requests);
    }

    private static TestProxy Start()
    {
        TestProxy proxy = TestProxy.Start();
        proxy.Auth.On<AcceptInvitationRequest, AcceptInvitationResponse>("AcceptInvitation", _ => new AcceptInvitationResponse { UserName = "alice" });
        return proxy;
    }

    private static HttpRequestMessage Request(string? cookie = "default", string? header = "default")
    {
        string body = $$"""{"token":"t0k3n","password":"{{WebApiTests.Base64("pässword")}}","second_factor_token":"123456"}""";
        var request = new HttpRequestMessage(HttpMethod.Put, Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie == "default" ? $"grv_csrf={Token}" : cookie);
        }

        if (header is not null)
        {
            request.Headers.Add("X-CSRF-Token", header == "default" ? Token : header);
        }

        return request;
    }
}
