using System.Text;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Resources;
using Xunit;

namespace Teleport.Testing.AccessPlugins;

/// <summary>What every access plugin must do, by the numbers of docs/plugins/conformance.md. Derive a test class from it and start your plugin; xunit runs the rest.</summary>
/// <remarks>Each test has a service and a cluster of its own. Tests that do not concern a plugin are skipped with the reason that <see cref="AccessPluginFixture.Excuse"/> gives.</remarks>
public abstract class AccessPluginConformance : AccessPluginFixture
{
    /// <summary>1: a new request makes exactly one message for each recipient, and what was posted is noted.</summary>
    [Fact]
    public async Task C01_NewRequest_MakesOneMessageForEachRecipient()
    {
        Begin(1);
        Host();
        AccessRequest request = Desk.Create("alice", "dba");
        await ShownAsync(MessagesPerRequest);
        await QuietAsync();
        Assert.Equal(MessagesPerRequest, Service.Messages.Count);
        Assert.All(Service.Messages, message => Assert.Contains("PENDING", message.Text, StringComparison.Ordinal));
        Assert.Contains("\"Posted\"", Desk.Entry(request.Metadata.Name), StringComparison.Ordinal);
        Assert.Empty(Service.Complaints);
    }

    /// <summary>3: a host that is killed while the service has the call, and started again, leaves one message.</summary>
    [Fact]
    public async Task C03_KilledWhilePosting_OneMessageIsLeft()
    {
        Begin(3);
        // The service did the work, and nobody heard of it.
        Service.Fault = new ServiceFault { AfterTheWork = true };
        TestPluginHost host = Host();
        AccessRequest request = Desk.Create("alice", "dba");
        await UntilAsync(() => Service.Messages.Count > 0);
        await KillAsync(host);
        Service.Fault = null;
        Desk.Review(request.Metadata.Name, "bob", approves: true);
        Host();
        await UntilAsync(() => Service.Messages.Count >= MessagesPerRequest && Service.Messages.Any(static m => m.Text.Contains("APPROVED", StringComparison.Ordinal)));
        await QuietAsync();
        int approved = Service.Messages.Count(static m => m.Text.Contains("APPROVED", StringComparison.Ordinal));
        Assert.Equal(MessagesPerRequest, approved);
        Assert.InRange(Service.Messages.Count, MessagesPerRequest, FindsMessages ? MessagesPerRequest : MessagesPerRequest * 3);
    }

    /// <summary>4: two hosts of one plugin post each request once, although they are killed now and then.</summary>
    [Fact]
    public async Task C04_TwoHosts_PostOnce()
    {
        Begin(4);
        Host("host-1");
        TestPluginHost second = Host("host-2");
        for (int i = 0; i < 6; i++)
        {
            Desk.Create($"user{i}", "dba");
            if (i == 3)
            {
                await KillAsync(second);
                Host("host-3");
            }
        }

        await ShownAsync(6 * MessagesPerRequest);
        await QuietAsync();
        // A killed host may have been in the middle of one call.
        Assert.InRange(Service.Messages.Count, 6 * MessagesPerRequest, (6 * MessagesPerRequest) + (FindsMessages ? 0 : 1));
    }

    /// <summary>5: a request made while no host ran is posted at the start.</summary>
    [Fact]
    public async Task C05_MadeWhileAway_IsPosted()
    {
        Begin(5);
        Desk.Create("alice", "dba");
        Host();
        await ShownAsync(MessagesPerRequest);
    }

    /// <summary>6: what happened while no host ran is shown at the start: a review, a decision, the end of its time.</summary>
    [Theory]
    [InlineData("APPROVED")]
    [InlineData("DENIED")]
    [InlineData("EXPIRED")]
    public async Task C06_DecidedWhileAway_IsShown(string outcome)
    {
        Begin(6);
        TestPluginHost host = Host();
        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(MessagesPerRequest);
        await QuietAsync();
        await KillAsync(host);
        if (outcome == "EXPIRED")
        {
            Desk.Remove(id);
        }
        else
        {
            Desk.Review(id, "bob", outcome == "APPROVED", "seen");
        }

        Host();
        await UntilAsync(() => Decided(outcome) >= MessagesPerRequest);
        Assert.Empty(Service.Complaints);
    }

    /// <summary>7: a watch that is cut is taken up again, and nothing is lost or doubled.</summary>
    [Fact]
    public async Task C07_WatchCut_NothingIsLost()
    {
        Begin(7);
        Host();
        Desk.Create("alice", "dba");
        await ShownAsync(MessagesPerRequest);
        Desk.CutWatches();
        Desk.Create("bob", "dba");
        await ShownAsync(2 * MessagesPerRequest);
        await QuietAsync();
        Assert.Equal(2 * MessagesPerRequest, Service.Messages.Count);
    }

    /// <summary>10: the end of a request that nobody was told of, or that was decided, is silent.</summary>
    [Fact]
    public async Task C10_DeletesThatMeanNothing_MakeNoCall()
    {
        Begin(10);
        Host();
        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(MessagesPerRequest);
        Desk.Review(id, "bob", approves: true);
        await UntilAsync(() => Decided("APPROVED") >= MessagesPerRequest);
        await QuietAsync();
        int calls = Service.Calls;
        Desk.Remove(id);
        Desk.Remove(Guid.NewGuid().ToString("D"));
        await QuietAsync();
        Assert.Equal(calls, Service.Calls);
        Assert.DoesNotContain(Service.Messages, static m => m.Text.Contains("EXPIRED", StringComparison.Ordinal));
    }

    /// <summary>14: a service that asks for silence gets it, and then the message.</summary>
    [Fact]
    public async Task C14_RetryAfter_IsObeyed()
    {
        Begin(14);
        Host();
        await CheckedAsync();
        Service.Fault = new ServiceFault { Status = 429, RetryAfter = 7, Times = 1, Body = [], OnlyWrites = true };
        Desk.Create("alice", "dba");
        await UntilAsync(() => Service.Fault is null);
        long failed = TimeProvider.System.GetTimestamp();
        int calls = Service.Calls;
        await Task.Delay(TimeSpan.FromSeconds(5.5), Limit);
        // Calls that were under way when the answer came are no disobedience.
        Assert.InRange(Service.Calls - calls, 0, 2);
        await ShownAsync(MessagesPerRequest);
        Assert.True(TimeProvider.System.GetElapsedTime(failed) > TimeSpan.FromSeconds(6.5));
        await QuietAsync();
        Assert.Equal(MessagesPerRequest, Service.Messages.Count);
    }

    /// <summary>15: whatever way a call fails, before or after its work, the messages are there in the end.</summary>
    [Theory]
    [InlineData(429, false)]
    [InlineData(500, false)]
    [InlineData(502, true)]
    [InlineData(503, false)]
    [InlineData(504, true)]
    [InlineData(0, false)]
    [InlineData(0, true)]
    public async Task C15_FailedCall_Converges(int status, bool afterTheWork)
    {
        Begin(15);
        Host();
        await CheckedAsync();
        Service.Fault = new ServiceFault { Status = status, AfterTheWork = afterTheWork, Times = 1, Body = [] };
        Desk.Create("alice", "dba");
        await UntilAsync(() => Service.Fault is null);
        await ShownAsync(MessagesPerRequest);
        await QuietAsync();
        Assert.InRange(Service.Messages.Count, MessagesPerRequest, MessagesPerRequest + (afterTheWork && !FindsMessages ? 1 : 0));
    }

    /// <summary>16: refused credentials stop the calls; new ones in the file are used without a restart.</summary>
    [Fact]
    public async Task C16_RefusedCredentials_WaitForNewOnes()
    {
        Begin(16);
        if (RotateSecret is not { } rotate)
        {
            Assert.Skip("The plugin has no secret.");
            return;
        }

        TestPluginHost host = Host();
        await CheckedAsync();
        Service.Fault = new ServiceFault { Status = 401, OnlyWrites = false, Body = [] };
        Desk.Create("alice", "dba");
        await UntilAsync(() => host.Status.State == AccessPluginState.Unauthorized);
        await Task.Delay(TimeSpan.FromSeconds(2.5), Limit);
        int calls = Service.Calls;
        await Task.Delay(TimeSpan.FromSeconds(3), Limit);
        Assert.Equal(calls, Service.Calls);
        Service.Fault = null;
        rotate();
        await ShownAsync(MessagesPerRequest);
        await UntilAsync(() => host.Status.State == AccessPluginState.Healthy);
    }

    /// <summary>17: a message that a person removed is left alone; others go on, and nothing is posted again.</summary>
    [Fact]
    public async Task C17_RemovedMessage_IsLeftAlone()
    {
        Begin(17);
        Host();
        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(MessagesPerRequest);
        await QuietAsync();
        Service.Remove(Service.Messages[0]);
        Desk.Review(id, "bob", approves: true);
        if (MessagesPerRequest > 1)
        {
            await UntilAsync(() => Decided("APPROVED") >= MessagesPerRequest - 1);
        }

        await UntilAsync(() => Desk.Entry(id)!.Contains("\"Gone\"", StringComparison.Ordinal) || Desk.Entry(id)!.Contains("\"Dead\"", StringComparison.Ordinal));
        await QuietAsync();
        Assert.Equal(MessagesPerRequest - 1, Service.Messages.Count);
    }

    /// <summary>18: an answer that makes no sense is named, and costs little.</summary>
    [Theory]
    [InlineData("html")]
    [InlineData("broken")]
    [InlineData("empty")]
    [InlineData("huge")]
    public async Task C18_NonsenseAnswers_AreNamed(string kind)
    {
        Begin(18);
        TestPluginHost host = Host();
        await CheckedAsync();
        byte[] body = kind switch
        {
            "html" => Encoding.UTF8.GetBytes("<html>It works!</html>"),
            "broken" => Encoding.UTF8.GetBytes("{\"ok\": tr"),
            "empty" => [],
            _ => new byte[10 * 1024 * 1024],
        };
        Service.Fault = new ServiceFault { Status = 200, Body = body, ContentType = kind == "html" ? "text/html" : "application/json" };
        Desk.Create("alice", "dba");
        await UntilAsync(() => host.Status.State == AccessPluginState.Failing);
        Assert.False(string.IsNullOrEmpty(host.Status.Detail));
        Service.Fault = null;
        await ShownAsync(MessagesPerRequest);
    }

    /// <summary>25 and 26: each review is shown once with who, what and why; after the decision there is nothing to click.</summary>
    [Fact]
    public async Task C25_Reviews_AreShownOnceAndInOrder()
    {
        Begin(25);
        Desk.Threshold = 2;
        Host();
        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(MessagesPerRequest);
        Desk.Review(id, "bob", approves: true, "looks fine");
        await UntilAsync(() => Service.Messages.All(static m => Seen(m).Contains("bob", StringComparison.Ordinal)));
        Assert.All(Service.Messages, static m => Assert.Contains("PENDING", m.Text, StringComparison.Ordinal));
        Desk.Review(id, "carol", approves: true, "for me too");
        await UntilAsync(() => Decided("APPROVED") >= MessagesPerRequest && Service.Messages.All(static m => Seen(m).Contains("carol", StringComparison.Ordinal)));
        await QuietAsync();
        foreach (ShownMessage message in Service.Messages)
        {
            Assert.Contains("2 approvals", message.Text, StringComparison.Ordinal);
            Assert.Empty(message.Buttons);
            if (message.Replies.Count > 0)
            {
                Assert.Equal(2, message.Replies.Count);
                Assert.Contains("looks fine", message.Replies[0], StringComparison.Ordinal);
                Assert.Contains("for me too", message.Replies[1], StringComparison.Ordinal);
            }
        }

        Assert.Empty(Service.Complaints);
    }

    /// <summary>27: the longest texts and lists are taken by the service, and the link stays whole.</summary>
    [Fact]
    public async Task C27_LongAndStrangeTexts_AreTaken()
    {
        Begin(27);
        Host();
        string strange = string.Concat(Enumerable.Repeat("e\u0301\U0001F469\u200D\U0001F4BB\u0645\u0631\u062D\u0628\u0627 <&> ", 300));
        AccessRequest request = Desk.Create("alice", "dba");
        Desk.Put(request with
        {
            Metadata = request.Metadata with { Name = Guid.NewGuid().ToString("D") },
            Spec = request.Spec with
            {
                User = strange[..200],
                Roles = [.. Enumerable.Range(0, 500).Select(static i => $"role-with-a-long-name-{i}").Prepend("dba")],
                RequestedResourceIds = [.. Enumerable.Range(0, 5000).Select(static i => new RequestedResource { Cluster = "example", Kind = "node", Name = $"node-{i}" })],
                RequestReason = strange[..4096],
            },
        });
        await ShownAsync(2 * MessagesPerRequest);
        Assert.Empty(Service.Complaints);
        Assert.All(Service.Messages, static m => Assert.Contains("https://proxy.example.com/web/requests/", m.Text, StringComparison.Ordinal));
        Assert.All(Service.Messages, static m => Assert.DoesNotContain('\uFFFD', m.Text));
    }

    /// <summary>28: what people write stays text: no mention, link, command or field comes of it.</summary>
    [Fact]
    public async Task C28_Injections_StayText()
    {
        Begin(28);
        Host();
        AccessRequest request = Desk.Create("alice", "dba");
        Desk.Put(request with
        {
            Metadata = request.Metadata with { Name = Guid.NewGuid().ToString("D") },
            Spec = request.Spec with
            {
                User = "<!channel> @here {{cluster}} \",\"x\":\"",
                Roles = ["dba", "<@U123>", "[x](https://evil.example)"],
                RequestReason = "line\r\nBcc: evil@evil.example\r\n\r\n<https://evil.example|click> @all @channel <!here>\n/close\n/assign me\n{color:red}x{color}\n*Status*: APPROVED",
            },
        });
        await ShownAsync(2 * MessagesPerRequest);
        await QuietAsync();
        Assert.Empty(Service.Complaints);
        Assert.All(Service.Messages, AssertHarmless);
    }

    /// <summary>31: without a proxy the message says which commands decide.</summary>
    [Fact]
    public async Task C31_NoProxy_CommandsAreShown()
    {
        Begin(31);
        Host(settings: new TestPluginHostSettings { Proxy = null });
        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(MessagesPerRequest);
        Assert.All(Service.Messages, m => Assert.Contains("tsh request review", Normal(m.Text), StringComparison.Ordinal));
        Assert.All(Service.Messages, m => Assert.Contains(id[..8], m.Text, StringComparison.Ordinal));
    }

    private int Decided(string outcome) => Service.Messages.Count(m => m.Text.Contains(outcome, StringComparison.Ordinal));

    private static string Seen(ShownMessage message) => $"{message.Text}\n{string.Join("\n", message.Replies)}";

    // Some markups need signs before signs.
    private static string Normal(string text) => text.Replace("\\", "", StringComparison.Ordinal).Replace("\u2060", "", StringComparison.Ordinal);
}
