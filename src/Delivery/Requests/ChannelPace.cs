using System.Threading.RateLimiting;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.Delivery.Requests;

/// <summary>Spreads messages to one channel over time, where the service limits them.</summary>
internal sealed class ChannelPace : IAsyncDisposable
{
    private const int MaxWaiting = 100_000;

    private readonly PartitionedRateLimiter<string>? _limiter;

    public ChannelPace(MessageFormat format)
    {
        if (format.ChannelPeriod is { } period)
        {
            _limiter = PartitionedRateLimiter.Create<string, string>(channel => RateLimitPartition.GetTokenBucketLimiter(channel, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = format.ChannelBurst,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = period,
                QueueLimit = MaxWaiting,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            }));
        }
    }

    public async ValueTask WaitAsync(string channel, CancellationToken cancellationToken)
    {
        if (_limiter is not null)
        {
            using RateLimitLease lease = await _limiter.AcquireAsync(channel, 1, cancellationToken);
            if (!lease.IsAcquired)
            {
                throw new AccessPluginException(AccessPluginFailure.Unavailable, "Too many messages wait for one channel.", TimeSpan.FromSeconds(5));
            }
        }
    }

    public ValueTask DisposeAsync() => _limiter?.DisposeAsync() ?? ValueTask.CompletedTask;
}
