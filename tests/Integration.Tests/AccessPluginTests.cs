using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Resources;
using Teleport.AccessPlugins.Tests.Fakes;
using Teleport.Api;
using Teleport.Api.Audit.V1;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Api.Tokens.V1;
using Teleport.Testing.AccessPlugins;
using Teleport.Testing.Clusters;

namespace Teleport.Integration.Tests;

/// <summary>A request is decided in Slack: a cluster, a host of access plugins behind a tunnel, and a stand-in for Slack that checks what Slack checks.</summary>
[Collection("programs")]
public sealed class AccessPluginTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly CancellationTokenSource _limit = new(Patience);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("teleport-access-");
    private readonly FakeSlack _slack = new();
    private TestCluster? _cluster;
    private Process? _pluginHost;

    private TestCluster Cluster => _cluster!;

    private CancellationToken Stop => _limit.Token;

    public async ValueTask InitializeAsync()
    {
        await _slack.StartAsync(Stop);
        _slack.AddUser("U0BOB0000", "bob@example.com");
        _slack.AddUser("U0CAROL00", "carol@example.com");
        _slack.AddUser("U0MALLORY", "mallory@example.com");
        _cluster = await TestCluster.StartAsync(new TestClusterOptions { PluginsFolder = Path.Combine(Programs.Output, "plugins") }, Stop);
        await PutAsync(new Role { Metadata = new ResourceMetadata { Name = "dba" } });
        await PutAsync(RoleOf("requester", new RoleConditions
        {
            Request = new RequestConditions { Roles = ["dba"], Thresholds = [new AccessThreshold { Approve = 2, Deny = 1 }] },
        }));
        await PutAsync(RoleOf("dba-reviewer", new RoleConditions { ReviewRequests = new ReviewConditions { Roles = ["dba"], Chat = "allow" } }));
        await PutAsync(new User { Metadata = new ResourceMetadata { Name = "access-plugin-slack" }, Spec = new UserSpec { Roles = ["access-plugin-with-review"] } });
        await PutAsync(new AccessPluginSettings
        {
            Metadata = new ResourceMetadata { Name = "slack" },
            Spec = new AccessPluginSpec
            {
                Provider = "slack", Tenants = [FakeSlack.Team], Reviews = true, IdentitySources = ["map"],
                Identities = new Dictionary<string, string> { ["U0BOB0000"] = "bob", ["U0CAROL00"] = "carol", ["U0MALLORY"] = "mallory" },
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        await _slack.DisposeAsync();
        _folder.Delete(recursive: true);
        _limit.Dispose();
    }

    [Fact]
    public async Task Request_DecidedInSlack_GivesTheRole_ThoughTheHostIsKilledAndSlackIsAway()
    {
        TestUser alice = await Cluster.AddUserAsync("alice", ["access", "requester"], [Environment.UserName], Stop);
        await Cluster.AddUserAsync("bob", ["access", "dba-reviewer"], [Environment.UserName], Stop);
        await Cluster.AddUserAsync("carol", ["access", "dba-reviewer"], [Environment.UserName], Stop);
        await Cluster.AddUserAsync("mallory", ["access"], [Environment.UserName], Stop);
        await StartHostAsync();
        await using AuthClient asAlice = alice.OpenAuth();

        // Slack is away when the request is made.
        _slack.Fault = new ServiceFault { Status = 503, Body = [] };
        string id = (await asAlice.AccessRequests.CreateAsync(
            new CreateAccessRequestRequest { Roles = { "dba" }, Reason = "the index is broken" }, cancellationToken: Stop)).Name;
        await UntilAsync(() => _slack.Calls > 3);
        Assert.Empty(_slack.Messages);
        _slack.Fault = null;
        await UntilAsync(() => _slack.Messages.Count == 1);
        ShownMessage message = _slack.Messages[0];
        Assert.Contains("the index is broken", message.Text, StringComparison.Ordinal);

        // Being in the channel is not enough.
        await ClickAsync(message, "U0MALLORY", 0);
        await UntilAsync(() => _slack.Whispers.Count == 1);
        Assert.Equal("You may not review this request.", _slack.Whispers.Single().Text);
        await UntilAsync(async () => await EventsAsync("access_request.review") is var events
            && events.Any(e => e["code"]!.ToString() == "T5002W" && e.ToJsonString().Contains("U0MALLORY", StringComparison.Ordinal)));
        Assert.Equal(AccessRequestState.Pending, (await ReadAsync(id)).Spec.State);

        // Neither is a click that Slack did not send.
        using (HttpResponseMessage forged = await PostAsync(FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), TimeProvider.System.GetUtcNow(), "guessed")))
        {
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, forged.StatusCode);
        }

        await ClickAsync(message, "U0BOB0000", 0);
        await UntilAsync(async () => (await ReadAsync(id)).Spec.Reviews.Count == 1);
        await UntilAsync(() => _slack.Messages[0].Text.Contains("1 approval", StringComparison.Ordinal));

        // The host dies; what happens meanwhile is shown when it is back, in the same message.
        await KillAsync();
        await StartHostAsync();
        await ClickAsync(_slack.Messages[0], "U0CAROL00", 0);
        long clicked = TimeProvider.System.GetTimestamp();
        await UntilAsync(async () => (await ReadAsync(id)).Spec.State == AccessRequestState.Approved);
        Assert.True(TimeProvider.System.GetElapsedTime(clicked) < TimeSpan.FromSeconds(10));
        await UntilAsync(() => _slack.Messages.Single() is { Buttons.Count: 0 } shown
            && shown.Text.Contains("APPROVED", StringComparison.Ordinal) && shown.Replies.Any(static r => r.Contains("bob", StringComparison.Ordinal))
            && shown.Replies.Any(static r => r.Contains("carol", StringComparison.Ordinal)));
        AccessRequest decided = await ReadAsync(id);
        Assert.Equal(["bob", "carol"], decided.Spec.Reviews.Select(static r => r.Author));
        Assert.All(decided.Spec.Reviews, static r => Assert.Equal(("plugin", "slack"), (r.Means!.Via, r.Means.Plugin)));
        await UntilAsync(async () => (await EventsAsync("access_plugin.callback_rejected")).Any(static e => e["reason"]!.ToString() == "bad_signature"));
        Assert.Empty(_slack.Complaints);

        // Nothing that is secret is in the log.
        string log = await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "log"), Stop);
        Assert.All(["xoxb-first", FakeSlack.SigningSecret, "canary-response-url"], secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
    }

    private async Task StartHostAsync()
    {
        string config = Path.Combine(_folder.FullName, "teleport.yaml");
        if (!File.Exists(config))
        {
            JoinToken token = await Cluster.Auth.Tokens.CreateTokenAsync(new CreateTokenRequest { Roles = { "Access" }, TtlSeconds = 600 }, cancellationToken: Stop);
            string secret = PrivateFile("token", "xoxb-first");
            string signing = PrivateFile("signing", FakeSlack.SigningSecret);
            await File.WriteAllTextAsync(
                config,
                $"""
                teleport:
                  nodename: plugins
                  data_dir: {Path.Combine(_folder.FullName, "data")}
                  auth_servers: [ 'https://{Cluster.WebAddress.ToHostPort()}' ]
                  auth_token: {token.Token}
                  ca_pin: {token.CaPins[0]}
                auth_service: {"{enabled: no}"}
                proxy_service: {"{enabled: no}"}
                ssh_service: {"{enabled: no}"}
                access_service:
                  enabled: yes
                  plugins:
                    slack:
                      api_url: {new Uri(_slack.Address, "api/")}
                      mode: http
                      token_file: {secret}
                      signing_secret_file: {signing}
                      role_to_recipients: {"{'*': first}"}
                """,
                Stop);
        }

        _pluginHost = Programs.Start(Programs.Teleport, ["start", "-c", config, "--insecure"], Path.Combine(_folder.FullName, "log"));
    }

    private string PrivateFile(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private async Task KillAsync()
    {
        if (_pluginHost is { } host)
        {
            _pluginHost = null;
            host.Kill(entireProcessTree: true);
            await host.WaitForExitAsync(CancellationToken.None);
            host.Dispose();
        }
    }

    // As Slack does: to the proxy. A host that was just started may not have its tunnel yet; Slack's users click again then.
    private async Task ClickAsync(ShownMessage message, string user, int button)
    {
        CallbackRequest callback = FakeSlack.Signed(FakeSlack.Click(message, user, button), TimeProvider.System.GetUtcNow());
        while (true)
        {
            using HttpResponseMessage answer = await PostAsync(callback);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            Assert.True((int)answer.StatusCode is 404 or 503, $"{answer.StatusCode} {answer.Headers} {await answer.Content.ReadAsStringAsync(Stop)}");
            await Task.Delay(200, Stop);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(CallbackRequest callback)
    {
#pragma warning disable CA5400, CA5399 // The cluster's own certificate, on loopback.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using var client = new HttpClient(handler);
#pragma warning restore CA5400, CA5399
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://{Cluster.WebAddress.ToHostPort()}/plugins/slack/"))
        {
            Content = new ByteArrayContent(callback.Body.ToArray()),
        };
        foreach ((string name, string value) in callback.Headers)
        {
            if (name == "Content-Type")
            {
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                request.Headers.Add(name, value);
            }
        }

        return await client.SendAsync(request, Stop);
    }

    private async Task<AccessRequest> ReadAsync(string id)
    {
        ResourceDocument document = await Cluster.Auth.AccessRequests.GetAsync(new GetAccessRequestRequest { Id = id }, cancellationToken: Stop);
        return (AccessRequest)ResourceJson.Deserialize(document.Kind, document.Json.Span);
    }

    private async Task<IReadOnlyList<JsonNode>> EventsAsync(string type)
    {
        SearchResponse found = await Cluster.Auth.Audit.SearchAsync(
            new SearchRequest { Events = { type }, Limit = 50, ToUnixMilliseconds = TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds() },
            cancellationToken: Stop);
        return [.. found.Events.Select(static e => JsonNode.Parse(e.ToStringUtf8())!)];
    }

    private async Task PutAsync(Resource resource) => await Cluster.Auth.Resources.UpsertAsync(
        new WriteRequest { Kind = resource.Kind, Json = ByteString.CopyFrom(ResourceJson.Serialize(resource)) }, cancellationToken: Stop);

    private static Role RoleOf(string name, RoleConditions allow) =>
        new() { Metadata = new ResourceMetadata { Name = name }, Spec = new RoleSpec { Allow = allow } };

    private Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            if (_limit.IsCancellationRequested || _pluginHost is { HasExited: true })
            {
                string log = await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "log"), CancellationToken.None);
                Assert.Fail($"It did not come to pass. Messages: {string.Join('\n', _slack.Messages.Select(static m => m.Text))}\nLog of the host:\n{log}");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }
}
