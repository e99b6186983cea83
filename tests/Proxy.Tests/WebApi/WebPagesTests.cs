using System.Net;
using System.Text.RegularExpressions;
using Teleport.Proxy.Tests.Fixtures;

namespace Teleport.Proxy.Tests.WebApi;

public sealed partial class WebPagesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Landing_ShowsClusterAndLoginLine()
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();

        string html = await http.GetStringAsync("/", Stop);

        Assert.Contains("lab.example", html, StringComparison.Ordinal);
        Assert.Contains($"tsh login --proxy=127.0.0.1:{proxy.Web.Port} --user=NAME", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/web/invite/abc123", "Accept your invitation", "invite")]
    [InlineData("/web/reset/abc123", "Set a new password", "reset")]
    public async Task Page_OfALink_IsComplete(string path, string title, string mode)
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();

        using HttpResponseMessage response = await http.GetAsync(path, Stop);
        string html = await response.Content.ReadAsStringAsync(Stop);

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("no-store", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Contains($"<title>{title} ", html, StringComparison.Ordinal);
        Assert.Contains($"data-mode=\"{mode}\"", html, StringComparison.Ordinal);
        Assert.Contains("data-token=\"abc123\"", html, StringComparison.Ordinal);
        Assert.Empty(proxy.Auth.Requests);
        foreach (string asset in Assets().Matches(html).Select(static m => m.Groups[1].Value))
        {
            using HttpResponseMessage file = await http.GetAsync(asset, Stop);
            Assert.True(file.IsSuccessStatusCode, asset);
        }
    }

    [Theory]
    [InlineData("/web/invite/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")]
    [InlineData("/web/reset/%7B%7Bcsrf%7D%7D%3Cimg%20src%3Dx%3E")]
    public async Task H24_TokenThatIsMarkup_StaysText(string path)
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();

        string html = await http.GetStringAsync(path, Stop);

        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", html, StringComparison.Ordinal);
        Assert.Single(Csrf().Matches(html));
    }

    [Fact]
    public async Task H24_Pages_HaveNothingInline()
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();
        foreach (string path in new[] { "/", "/web/invite/abc" })
        {
            string html = await http.GetStringAsync(path, Stop);
            Assert.DoesNotMatch(@"<script(?![^>]*\bsrc=)", html);
            Assert.DoesNotMatch(@"<style|\sstyle=|\son\w+=|javascript:", html);
        }
    }

    [Fact]
    public async Task Asset_AskedForAgain_IsNotSentAgain()
    {
        await using TestProxy proxy = TestProxy.Start();
        using HttpClient http = proxy.Http();
        using HttpResponseMessage first = await http.GetAsync("/web/app/invite.js", Stop);
        var again = new HttpRequestMessage(HttpMethod.Get, "/web/app/invite.js");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using HttpResponseMessage second = await http.SendAsync(again, Stop);

        Assert.Equal("text/javascript", first.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [GeneratedRegex("(?:src|href)=\"(/[^\"]+)\"")]
    private static partial Regex Assets();

    [GeneratedRegex("data-csrf=\"[0-9a-f]{64}\"")]
    private static partial Regex Csrf();
}
