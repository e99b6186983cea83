using Microsoft.Extensions.Logging;
using Teleport.Api;
using Teleport.Api.Join.V1;

namespace Teleport.Agent.Joining;

/// <summary>Keeps the certificates of a member fresh: at two thirds of their life, at once when the wished names changed, by the token when they expired.</summary>
internal sealed partial class Renewal(JoinRequests requests, Membership membership, IdentityStore store, TimeProvider time, ServiceHealth health, ILogger logger)
{
    private const string Part = "certificates";

    // A timer takes no more than weeks, and a host that slept wakes up with a clock far ahead.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Renews for as long as the service lives.</summary>
    /// <param name="auth">The auth service.</param>
    /// <param name="current">The present credentials.</param>
    /// <param name="swap">Takes the new ones.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(AuthClient auth, Func<HostCredentials> current, Action<HostCredentials> swap, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(time);
        // The cluster may leave names out, since they are another's: asked once, not again and again.
        bool areNamesNew = !current().HasNames(requests.Options.Principals.Concat(requests.Options.DnsNames));
        while (true)
        {
            TimeSpan wait = areNamesNew ? TimeSpan.Zero : DueAt(current()) - time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken);
                continue;
            }

            try
            {
                HostCredentials renewed = await RenewAsync(auth, current(), cancellationToken);
                swap(renewed);
                areNamesNew = false;
                backoff.Reset();
                health.Clear(Part);
                LogRenewed(renewed.Identity.Expires);
                store.Save(renewed);
            }
            // A supervision boundary: the present certificates go on, and it is tried again until they end and after.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogRenewalFailed(current().Identity.Expires, e.Message);
                health.Report(Part, $"the certificates of this host, which end at {current().Identity.Expires:u}, could not be renewed: {e.Message}");
                await backoff.WaitAsync(cancellationToken);
            }
        }
    }

    private static DateTimeOffset DueAt(HostCredentials credentials) =>
        credentials.Begins + ((credentials.Identity.Expires - credentials.Begins) * (2.0 / 3.0));

    private async Task<HostCredentials> RenewAsync(AuthClient auth, HostCredentials present, CancellationToken cancellationToken)
    {
        if (present.Identity.Expires <= time.GetUtcNow())
        {
            // The host slept for too long: its certificate proves nothing any more, its keys still do, together with a token.
            return (await membership.JoinAsync(cancellationToken)).Credentials;
        }

        HostCertificates answer = await auth.Join.RenewAsync(requests.Renew(), cancellationToken: cancellationToken);
        return HostCredentials.Of(answer, requests.Keys);
    }

    [LoggerMessage(1103, LogLevel.Information, "Renewed this host's certificates until {Expires}.")]
    private partial void LogRenewed(DateTimeOffset expires);

    [LoggerMessage(1104, LogLevel.Warning, "This host's certificates, which end at {Expires}, could not be renewed: {Reason} It is tried again.")]
    private partial void LogRenewalFailed(DateTimeOffset expires, string reason);
}
