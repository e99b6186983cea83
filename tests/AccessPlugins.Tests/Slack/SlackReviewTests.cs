using System.Text.Json.Nodes;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Resources;
using Teleport.AccessPlugins.Slack;
using Teleport.AccessPlugins.Tests.Fakes;
using Teleport.Delivery;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Slack;

/// <summary>Decisions in Slack: who clicked, whether Slack said so, and what comes of it.</summary>
public sealed class SlackReviewTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _limit = new(Patience);
    private readonly FakeSlack _slack = new();
    private readonly TempFile _token = new("xoxb-first");
    private readonly TestRequestDesk _desk = new(TimeProvider.System);
    private readonly TestPluginHostSettings _settings = new();
    private TestPluginHost? _host;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private TestPluginHost PluginHost => _host!;

    public async ValueTask InitializeAsync()
    {
        await _slack.StartAsync(_limit.Token);
        _desk.Reviewers[_slack.AddUser("U0BOB0000", "bob@example.com")] = "bob";
        _desk.Reviewers[_slack.AddUser("U0CAROL00", "carol@example.com")] = "carol";
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _slack.DisposeAsync();
        _token.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task Click_OfAReviewer_ApprovesAsThatPersonAndShowsWho()
    {
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Http);
        CallbackAnswer answer = await PluginHost.CallAsync(FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now), _limit.Token);
        Assert.Equal(200, answer.Status);
        await UntilAsync(() => _slack.Messages.All(static m => m.Text.Contains("APPROVED", StringComparison.Ordinal) && m.Buttons.Count == 0));
        Assert.Equal("bob", Assert.Single(_desk.Find(id)!.Spec.Reviews).Author);
        ReviewSubmission sent = Assert.Single(_desk.Submissions);
        Assert.Equal((FakeSlack.Team, "U0BOB0000", true), (sent.Click.Account.Tenant, sent.Click.Account.UserId, sent.Click.Account.IsFullMember));
        await UntilAsync(() => _slack.Messages.All(static m => m.Replies.Any(static r => r.Contains("bob", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Socket_TwoReviewers_DecideTogether_AlsoAcrossARefreshAndALostConnection()
    {
        _desk.Threshold = 2;
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Socket);
        await UntilAsync(() => _slack.Sockets == 1);
        await _slack.RefreshSocketsAsync(_limit.Token);
        await UntilAsync(() => _slack.Sockets == 2);
        await _slack.ClickOverSocketAsync(FakeSlack.Click(message, "U0BOB0000", 0), _limit.Token);
        await UntilAsync(() => _desk.Find(id)!.Spec.Reviews.Count == 1);
        await UntilAsync(() => _slack.Messages[0].Text.Contains("1 approval", StringComparison.Ordinal));
        Assert.Equal(2, _slack.Messages[0].Buttons.Count);
        _slack.DropSockets();
        await UntilAsync(() => _slack.Sockets >= 1);
        await _slack.ClickOverSocketAsync(FakeSlack.Click(_slack.Messages[1], "U0CAROL00", 0), _limit.Token);
        await UntilAsync(() => _desk.Find(id)!.Spec.State == AccessRequestState.Approved);
    }

    [Theory]
    [InlineData("wrong secret")]
    [InlineData("no signature")]
    [InlineData("truncated")]
    [InlineData("altered body")]
    [InlineData("old")]
    [InlineData("future")]
    [InlineData("no time")]
    [InlineData("wrong scheme")]
    public async Task H41_CallbackThatSlackDidNotSend_IsRefusedUnread(string kind)
    {
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Http);
        CallbackRequest genuine = FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now);
        CallbackRequest forged = kind switch
        {
            "wrong secret" => FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now, "another workspace's secret"),
            "no signature" => With(genuine, "X-Slack-Signature", null),
            "truncated" => With(genuine, "X-Slack-Signature", genuine.Header("X-Slack-Signature")[..40]),
            "altered body" => genuine with { Body = Flip(genuine.Body.ToArray()) },
            "old" => FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now.AddSeconds(-302)),
            "future" => FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now.AddSeconds(302)),
            "no time" => With(genuine, "X-Slack-Request-Timestamp", null),
            _ => With(genuine, "X-Slack-Signature", genuine.Header("X-Slack-Signature").Replace("v0=", "v1=", StringComparison.Ordinal)),
        };
        CallbackAnswer answer = await PluginHost.CallAsync(forged, _limit.Token);
        Assert.Equal((401, 0), (answer.Status, answer.Body.Length));
        Assert.Contains(_settings.Rejections, static reason => reason is "bad_signature" or "bad_time");
        Assert.Empty(_desk.Submissions);

        // The positive control: the same steps with what Slack did send.
        Assert.Equal(200, (await PluginHost.CallAsync(genuine, _limit.Token)).Status);
        await UntilAsync(() => _desk.Find(id)!.Spec.State == AccessRequestState.Approved);
    }

    [Fact]
    public async Task H41_AlmostTooOld_IsAccepted()
    {
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Http);
        Assert.Equal(200, (await PluginHost.CallAsync(FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now.AddSeconds(-298)), _limit.Token)).Status);
        await UntilAsync(() => _desk.Find(id)!.Spec.State == AccessRequestState.Approved);
    }

    [Fact]
    public async Task H41_ReplayedCallback_HasNoSecondEffect_AlsoAtAnotherHost()
    {
        _desk.Threshold = 2;
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Http);
        CallbackRequest callback = FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now);
        await PluginHost.CallAsync(callback, _limit.Token);
        await UntilAsync(() => _desk.Find(id)!.Spec.Reviews.Count == 1);
        await using TestPluginHost other = Start(SlackMode.Http, _settings with { HostId = "host-2" });
        Assert.Equal(200, (await PluginHost.CallAsync(callback, _limit.Token)).Status);
        Assert.Equal(200, (await other.CallAsync(callback, _limit.Token)).Status);
        await Task.Delay(300, _limit.Token);
        Assert.Single(_desk.Submissions);
    }

    [Fact]
    public async Task H41_ComparisonTime_DoesNotTellHowMuchIsRight()
    {
        (_, ShownMessage message) = await BeginAsync(SlackMode.Http);
        CallbackRequest genuine = FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now);
        string right = genuine.Header("X-Slack-Signature");
        CallbackRequest nearly = With(genuine, "X-Slack-Signature", right[..^1] + (right[^1] == '0' ? '1' : '0'));
        CallbackRequest not = With(genuine, "X-Slack-Signature", "v0=" + new string('0', 64));
        var (near, far) = (new List<long>(), new List<long>());
        for (int i = 0; i < 300; i++)
        {
            foreach ((CallbackRequest request, List<long> times) in new[] { (nearly, near), (not, far) })
            {
                long started = TimeProvider.System.GetTimestamp();
                await PluginHost.CallAsync(request, _limit.Token);
                times.Add(TimeProvider.System.GetElapsedTime(started).Ticks);
            }
        }

        near.Sort();
        far.Sort();
        // Medians of interleaved runs; a comparison that stops early differs by nothing that this would see, one that does more work would.
        Assert.InRange((double)near[150] / far[150], 0.5, 2.0);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("guest")]
    [InlineData("stranger")]
    [InlineData("bot")]
    [InlineData("deactivated")]
    [InlineData("foreign")]
    [InlineData("same e-mail")]
    [InlineData("requester")]
    public async Task H42_WhoeverIsNotThatPerson_IsRefusedWithOneText(string kind)
    {
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Http);
        const string User = "U0MALLORY";
        string team = kind == "foreign" ? "T0FOREIGN" : FakeSlack.Team;
        _slack.AddUser(User, "mallory@example.com", user =>
        {
            user["is_restricted"] = kind == "guest";
            user["is_stranger"] = kind == "stranger";
            user["is_bot"] = kind == "bot";
            user["deleted"] = kind == "deactivated";
            user["team_id"] = team;
            if (kind == "same e-mail")
            {
                user["profile"] = new JsonObject { ["email"] = "bob@example.com" };
                user["name"] = "bob";
            }
        });
        if (kind is not ("unknown" or "same e-mail"))
        {
            // Mapped, so that only what the account is speaks against it.
            _desk.Reviewers[User] = kind == "requester" ? "alice" : "bob";
        }

        // A foreign account is a member in full where it is; its tenant is what the auth service refuses.
        _desk.Before = call => call == "submit" && kind == "foreign" ? Task.FromException(Teleport.Abstractions.Errors.TeleportException.AccessDenied("tenant")) : Task.CompletedTask;
        await PluginHost.CallAsync(FakeSlack.Signed(FakeSlack.Click(message, User, 0, team), Now), _limit.Token);
        await UntilAsync(() => _slack.Whispers.Count == 1);
        Assert.True(_slack.Whispers.TryDequeue(out (string User, string Text) told));
        Assert.Equal((User, "You may not review this request."), told);
        Assert.Equal(AccessRequestState.Pending, _desk.Find(id)!.Spec.State);
        Assert.Empty(_desk.Find(id)!.Spec.Reviews);

        _desk.Before = static _ => Task.CompletedTask;
        await PluginHost.CallAsync(FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now), _limit.Token);
        await UntilAsync(() => _desk.Find(id)!.Spec.State == AccessRequestState.Approved);
    }

    [Theory]
    [InlineData("another request")]
    [InlineData("another decision")]
    [InlineData("another message")]
    [InlineData("another channel")]
    [InlineData("made up")]
    public async Task H42_ButtonOfSomethingElse_IsRefused(string kind)
    {
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Http);
        string other = _desk.Create("dave", "dba").Metadata.Name;
        await UntilAsync(() => _slack.Messages.Count == 4);
        await QuietAsync();
        ShownMessage foreign = _slack.Messages.First(m => m.Text.Contains(other, StringComparison.Ordinal));
        JsonObject click = FakeSlack.Click(message, "U0BOB0000", 0);
        string[] parts = message.Buttons[0].Split('.');
        click["actions"]![0]!["value"] = kind switch
        {
            "another request" => foreign.Buttons[0],
            "another decision" => $"{parts[0]}.{parts[1]}.{parts[2]}.d.{parts[4]}",
            "made up" => $"v1.{Guid.Parse(id):N}.{parts[2]}.a.{new string('A', 22)}",
            _ => message.Buttons[0],
        };
        if (kind == "another message")
        {
            click["container"]!["message_ts"] = foreign.Id.Split('/')[1];
        }
        else if (kind == "another channel")
        {
            click["container"]!["channel_id"] = _slack.Messages.First(m => m.Id.Split('/')[0] != message.Id.Split('/')[0]).Id.Split('/')[0];
        }

        await PluginHost.CallAsync(FakeSlack.Signed(click, Now), _limit.Token);
        await UntilAsync(() => _slack.Whispers.Count == 1);
        Assert.Empty(_desk.Submissions);
        Assert.Contains("bad_token", _settings.Rejections);
    }

    [Fact]
    public async Task Click_OnADecidedRequest_IsToldAndButtonsGo()
    {
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Http);
        _desk.Review(id, "carol", approves: false, "no");
        await PluginHost.CallAsync(FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now), _limit.Token);
        await UntilAsync(() => _slack.Whispers.Count == 1 && _slack.Messages.All(static m => m.Buttons.Count == 0));
        Assert.True(_slack.Whispers.TryDequeue(out (string User, string Text) told));
        Assert.Contains("decided already", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Click_AnsweredAtOnce_WhileTheAuthServiceTakesLong()
    {
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Http);
        _desk.Before = call => call == "submit" ? Task.Delay(TimeSpan.FromSeconds(4), _limit.Token) : Task.CompletedTask;
        long started = TimeProvider.System.GetTimestamp();
        Assert.Equal(200, (await PluginHost.CallAsync(FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now), _limit.Token)).Status);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2.5));
        await UntilAsync(() => _desk.Find(id)!.Spec.State == AccessRequestState.Approved);
    }

    [Fact]
    public async Task Policy_SecondFactor_IsAnsweredWithALink()
    {
        _desk.Policy = ReviewVerdict.Confirm;
        (string id, ShownMessage message) = await BeginAsync(SlackMode.Http);
        await PluginHost.CallAsync(FakeSlack.Signed(FakeSlack.Click(message, "U0BOB0000", 0), Now), _limit.Token);
        await UntilAsync(() => _slack.Whispers.Count == 1);
        Assert.True(_slack.Whispers.TryDequeue(out (string User, string Text) told));
        Assert.Contains($"https://proxy.example.com/web/requests/{id}", told.Text, StringComparison.Ordinal);
        Assert.Equal(AccessRequestState.Pending, _desk.Find(id)!.Spec.State);
    }

    [Fact]
    public async Task Requester_IsToldPrivatelyAndReviewersByAddressOnce()
    {
        _slack.AddUser("U0ALICE00", "alice@example.com");
        AccessRequest made = _desk.Create("alice@example.com", "dba");
        _desk.Put(made with { Spec = made.Spec with { SuggestedReviewers = ["bob@example.com", "U0BOB0000", "nobody@example.com"] } });
        _host = Start(SlackMode.Notify, _settings);
        await UntilAsync(() => _slack.Messages.Count == 3);
        _desk.Review(made.Metadata.Name, "bob", approves: true, "go ahead");
        await UntilAsync(() => _slack.Messages.Any(static m => m.Id.StartsWith("DU0ALICE00", StringComparison.Ordinal)));
        await QuietAsync();
        Assert.Equal(4, _slack.Messages.Count);
        Assert.Contains("nobody@example.com", PluginHost.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("go ahead", _slack.Messages.Single(static m => m.Id.StartsWith("DU0ALICE00", StringComparison.Ordinal)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mode_Notify_HasNoButtonsAndRefusesCallbacks()
    {
        _desk.Create("alice", "dba");
        _host = Start(SlackMode.Notify, _settings);
        await UntilAsync(() => _slack.Messages.Count == 2);
        Assert.All(_slack.Messages, static m => Assert.Empty(m.Buttons));
        JsonObject click = new() { ["type"] = "block_actions" };
        Assert.Equal(401, (await PluginHost.CallAsync(FakeSlack.Signed(click, Now), _limit.Token)).Status);
    }

    private async Task<(string Id, ShownMessage Message)> BeginAsync(SlackMode mode)
    {
        _host = Start(mode, _settings);
        string id = _desk.Create("alice", "dba").Metadata.Name;
        await UntilAsync(() => _slack.Messages.Count == 2);
        await QuietAsync();
        return (id, _slack.Messages[0]);
    }

    private TestPluginHost Start(SlackMode mode, TestPluginHostSettings settings) =>
        TestPluginHost.Start(_desk, "slack", SlackSetup.Options(_slack, _token.Path, mode), SlackSetup.Create, settings);

    private Task QuietAsync() => UntilAsync(() => PluginHost.Status.Waiting == 0);

    private async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            Assert.False(_limit.IsCancellationRequested, $"It did not come to pass. {PluginHost.Status} {string.Join('\n', _slack.Messages.Select(static m => m.Text))}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static CallbackRequest With(CallbackRequest request, string header, string? value)
    {
        var headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase);
        headers.Remove(header);
        if (value is not null)
        {
            headers[header] = value;
        }

        return request with { Headers = headers };
    }

    private static byte[] Flip(byte[] body)
    {
        body[^1] ^= 1;
        return body;
    }
}
