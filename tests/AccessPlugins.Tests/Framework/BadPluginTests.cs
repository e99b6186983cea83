using System.Collections.Concurrent;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Framework;

/// <summary>Plugins that do wrong hurt themselves only, and are named.</summary>
public sealed class BadPluginTests
{
    [Theory]
    [InlineData("throws")]
    [InlineData("blocks")]
    [InlineData("throws in check")]
    public async Task H44_ABadPlugin_IsNamedAndTheOthersWork(string kind)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var desk = new TestRequestDesk(TimeProvider.System);
        var good = new ConcurrentQueue<string>();
        await using TestPluginHost fine = TestPluginHost.Start(desk, "good", new Options(), (_, _) => new Plugin(message => good.Enqueue(message.Request.User)));
        var badDesk = new TestRequestDesk(TimeProvider.System);
        TestPluginHost bad = TestPluginHost.Start(badDesk, "bad", new Options(), (_, _) => new Plugin(
            _ =>
            {
                if (kind == "blocks")
                {
                    new ManualResetEventSlim().Wait(TimeSpan.FromSeconds(20));
                }

                throw new InvalidOperationException("the plugin is wrong");
            },
            kind == "throws in check" ? "the check is wrong" : null));
        for (int i = 0; i < 3; i++)
        {
            badDesk.Create($"user{i}", "dba");
            desk.Create($"user{i}", "dba");
        }

        while (good.Count < 3 || (kind != "blocks" && bad.Status.State != AccessPluginState.Failing))
        {
            await Task.Delay(20, limit.Token);
        }

        Assert.Equal(AccessPluginState.Healthy, fine.Status.State);
        if (kind != "blocks")
        {
            Assert.Contains("is wrong", bad.Status.Detail, StringComparison.Ordinal);
        }

        // It is left behind, not waited for.
        await bad.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), limit.Token);
    }

    [Fact]
    public async Task Template_ThatRunsOnOrNamesNothing_IsRefusedAtTheStart()
    {
        string file = Path.GetTempFileName();
        try
        {
            foreach ((string text, string expected) in new[]
            {
                ("{{ request.nothing }}", "templates.body"), ("{{ for x in 1..1000000 }}x{{ end }}", "templates.body"), ("{{ if }}", "is no template"), ("{{ include 'x' }}", "templates.body"),
            })
            {
                await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
                Abstractions.Configuration.OptionsException refused = Assert.Throws<Abstractions.Configuration.OptionsException>(() => TestPluginHost.Start(
                    new TestRequestDesk(TimeProvider.System), "x", new Options { Templates = new Dictionary<string, string> { ["body"] = file } }, (_, _) => new Plugin(_ => { })));
                Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private sealed record Options : AccessPluginOptions;

    private sealed class Plugin(Action<AccessMessage> post, string? trouble = null) : IAccessPlugin
    {
        public MessageFormat Format { get; } = new() { Markup = TextMarkup.Plain };

        public Task CheckAsync(CancellationToken cancellationToken) => trouble is null ? Task.CompletedTask : throw new InvalidOperationException(trouble);

        public IReadOnlyList<string> RecipientsOf(AccessRequestView request) => ["one"];

        public Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken)
        {
            post(message);
            return Task.FromResult(new PostedMessage("", message.Key));
        }

        public Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
