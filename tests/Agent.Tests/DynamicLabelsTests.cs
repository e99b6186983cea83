using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Abstractions.Configuration;
using Teleport.Agent.Joining;
using Teleport.Api;

namespace Teleport.Agent.Tests;

public class DynamicLabelsTests
{
    [Fact]
    public async Task Current_CommandThatPrints_HasItsTrimmedOutputWithoutAShell()
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var labels = new DynamicLabels(
            new Dictionary<string, (IReadOnlyList<string>, TimeSpan)> { ["x"] = (["/bin/echo", "$HOME;", "a b"], TimeSpan.FromMinutes(1)) },
            changed.SetResult, TimeProvider.System, NullLogger.Instance);
        await changed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal("$HOME; a b", labels.Current["x"].Result);
    }

    [Theory]
    [InlineData("auth.example.com", new[] { AuthRoute.Direct })]
    [InlineData("10.0.0.5:3025", new[] { AuthRoute.Direct, AuthRoute.ThroughProxy })]
    [InlineData("proxy.example.com:3080", new[] { AuthRoute.ThroughProxy, AuthRoute.Direct })]
    [InlineData("https://teleport.example.com:443", new[] { AuthRoute.ThroughProxy, AuthRoute.Direct })]
    [InlineData("https://teleport.example.com", new[] { AuthRoute.ThroughProxy, AuthRoute.Direct })]
    public void WaysTo_Address_TriesTheLikelyWayFirst(string address, AuthRoute[] expected) =>
        Assert.Equal(expected, JoinTarget.WaysTo([NetworkAddress.Parse(address)]).Select(static way => way.Route));
}
