using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy.SshGateway;

/// <summary>Puts refused certificates on record: one event a connection, and not more from one address than somebody can read.</summary>
internal sealed partial class RefusalAudit(
    Action<AuditEvent> emit, string hostId, string hostName, ILogger<RefusalAudit> logger) : IAsyncDisposable
{
    private const int EventsAtOnce = 30;

    private readonly PartitionedRateLimiter<ClientNetwork> _limiter = PartitionedRateLimiter.Create<ClientNetwork, ClientNetwork>(
        static network => RateLimitPartition.GetTokenBucketLimiter(network, static _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = EventsAtOnce,
            TokensPerPeriod = EventsAtOnce,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1),
            QueueLimit = 0,
        }));

    public void Report(GatewayAuthenticator authenticator, IPEndPoint client, EndPoint? local)
    {
        if (authenticator.LastRefusal is not { } reason)
        {
            return;
        }

        ProxyMetrics.AuthenticationFailures.Add(1);
        string name = authenticator.LastRefusedName ?? "";
        LogRefused(client, name, authenticator.LastLogin ?? "", reason);
        using RateLimitLease lease = _limiter.AttemptAcquire(new ClientNetwork(client.Address));
        if (!lease.IsAcquired)
        {
            return;
        }

        try
        {
            emit(new AuthFailedEvent
            {
                User = name,
                Login = authenticator.LastLogin,
                Error = reason,
                RemoteAddress = client.ToString(),
                LocalAddress = local?.ToString(),
                ServerId = hostId,
                ServerHostname = hostName,
            });
        }
        catch (TeleportException e)
        {
            LogNotAudited(e.Message);
        }
    }

    public ValueTask DisposeAsync() => _limiter.DisposeAsync();

    [LoggerMessage(3030, LogLevel.Information, "Refused SSH authentication of {Client}, whose certificate names {Name}, as {Login}: {Reason}")]
    private partial void LogRefused(IPEndPoint client, string name, string login, string reason);

    [LoggerMessage(3034, LogLevel.Error, "A refused SSH authentication is missing in the audit log: {Reason}")]
    private partial void LogNotAudited(string reason);
}
