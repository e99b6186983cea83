using System.Collections.Concurrent;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.Delivery.Routing;

/// <summary>Remembers whom names mean, for a while; also that a name means nobody, for a shorter while.</summary>
internal sealed class RecipientBook(IAccessPlugin plugin, TimeProvider time)
{
    private const int MaxNames = 10_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LifeOfNobody = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (DateTimeOffset Until, Recipient? Found, string? Why)> _names = new(StringComparer.Ordinal);

    /// <exception cref="AccessPluginException">As the plugin throws it.</exception>
    public async Task<Recipient> FindAsync(string name, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (_names.TryGetValue(name, out var known) && known.Until > now)
        {
            return known.Found ?? throw new AccessPluginException(AccessPluginFailure.Gone, known.Why!);
        }

        if (_names.Count >= MaxNames)
        {
            _names.Clear();
        }

        try
        {
            Recipient found = await plugin.ResolveAsync(name, cancellationToken);
            _names[name] = (now + Life, found, null);
            return found;
        }
        catch (AccessPluginException e) when (e.Failure is AccessPluginFailure.Gone or AccessPluginFailure.Refused)
        {
            _names[name] = (now + LifeOfNobody, null, e.Message);
            throw;
        }
    }
}
