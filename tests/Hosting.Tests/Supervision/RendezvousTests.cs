using Teleport.Hosting.Supervision;

namespace Teleport.Hosting.Tests.Supervision;

public sealed class RendezvousTests
{
    [Fact]
    public async Task WaitAsync_BeforeAndAfterTheOffer_GetsThePresentOne()
    {
        var rendezvous = new Rendezvous(["auth"]);
        Assert.Null(rendezvous.Find<string>());
        Task<string> early = rendezvous.WaitAsync<string>(TestContext.Current.CancellationToken);
        Assert.False(early.IsCompleted);

        rendezvous.Publish("first");
        Assert.Equal("first", await HostWaits.WithinLimitAsync(early));
        rendezvous.Publish("second");

        Assert.Equal("second", rendezvous.Find<string>());
        Assert.Equal("second", await HostWaits.WithinLimitAsync(rendezvous.WaitAsync<string>(TestContext.Current.CancellationToken)));
        Assert.True(rendezvous.IsEnabled("auth"));
        Assert.False(rendezvous.IsEnabled("node"));
    }

    [Fact]
    public async Task WaitAsync_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        Task<string> wait = new Rendezvous([]).WaitAsync<string>(cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }
}
