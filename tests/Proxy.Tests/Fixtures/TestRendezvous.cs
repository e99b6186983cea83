using System.Collections.Concurrent;
using Teleport.Abstractions.Plugins;

namespace Teleport.Proxy.Tests.Fixtures;

/// <summary>Offers of roles that are not there.</summary>
internal sealed class TestRendezvous : IRendezvous
{
    private readonly ConcurrentDictionary<Type, object> _offers = new();

    public void Publish<TOffer>(TOffer offer)
        where TOffer : class => _offers[typeof(TOffer)] = offer;

    public Task<TOffer> WaitAsync<TOffer>(CancellationToken cancellationToken)
        where TOffer : class => Find<TOffer>() is { } offer ? Task.FromResult(offer) : Task.FromException<TOffer>(new InvalidOperationException("Nobody offers it."));

    public TOffer? Find<TOffer>()
        where TOffer : class => (TOffer?)_offers.GetValueOrDefault(typeof(TOffer));

    public bool IsEnabled(string serviceRole) => false;
}
