using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Auth.Audit;
using Teleport.Auth.Serving;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Logins;

/// <summary>Links by which users set their credentials: made, shown, used once.</summary>
internal sealed class InvitationFlow(
    InvitationStore invitations, CredentialConnectors connectors, AttemptStore attempts, LoginContext cluster)
{
    private static readonly (TimeSpan Default, TimeSpan Longest) InviteTtl = (TimeSpan.FromHours(1), TimeSpan.FromHours(48));
    private static readonly (TimeSpan Default, TimeSpan Longest) ResetTtl = (TimeSpan.FromHours(8), TimeSpan.FromHours(24));

    private AuditPipeline Audit => cluster.Audit;

    /// <summary>Makes a link for a user, in place of earlier ones.</summary>
    public async Task<(Secret Token, TimeSpan Ttl)> CreateAsync(Caller caller, string userName, bool isReset, long ttlSeconds, CancellationToken cancellationToken)
    {
        TimeSpan ttl = Ttl(ttlSeconds, isReset);
        Secret token = await invitations.CreateAsync(userName, isReset, ttl, cancellationToken);
        await Audit.EmitAsync(new InvitationCreatedEvent
        {
            User = caller.Name,
            RemoteAddress = caller.RemoteAddress,
            Name = userName,
            Ttl = Durations.Format(ttl),
            Expires = cluster.Time.GetUtcNow() + ttl,
        });
        return (token, ttl);
    }

    /// <summary>How long a link is good for.</summary>
    public static TimeSpan Ttl(long seconds, bool isReset)
    {
        (TimeSpan fallback, TimeSpan longest) = isReset ? ResetTtl : InviteTtl;
        return seconds == 0 ? fallback
            : seconds >= 60 && seconds <= (long)longest.TotalSeconds ? TimeSpan.FromSeconds(seconds)
            : throw TeleportException.Invalid($"The life of the link must be from 1m0s to {Durations.Format(longest)}.");
    }

    /// <summary>What the holder of a link must know to set credentials.</summary>
    public async Task<(StoredInvitation Invitation, Secret? OtpUri, DateTimeOffset Expires)> ShowAsync(
        string token, string clientAddress, CancellationToken cancellationToken)
    {
        (StoredInvitation invitation, DateTimeOffset expires) = await FindAsync(token, clientAddress, cancellationToken);
        EnrollmentOffer offer = await connectors.Local.BeginEnrollmentAsync(
            invitation.UserName, cluster.ClusterName, Keys.Hash(token), cancellationToken);
        AuthPreferenceSpec preference = await cluster.Settings.AuthPreferenceAsync(cancellationToken);
        return (invitation, preference.SecondFactor == "off" ? null : offer.Uri, expires);
    }

    /// <summary>Sets credentials and burns the link.</summary>
    public async Task<string> AcceptAsync(string token, Secret password, Secret? code, string clientAddress, CancellationToken cancellationToken)
    {
        (_, DateTimeOffset expires) = await FindAsync(token, clientAddress, cancellationToken);
        AuthPreferenceSpec preference = await cluster.Settings.AuthPreferenceAsync(cancellationToken);
        bool secondFactor = preference.SecondFactor != "off";
        StoredInvitation invitation = await invitations.ClaimAsync(token, expires, cancellationToken);
        try
        {
            await connectors.Local.CompleteEnrollmentAsync(
                new Enrollment(invitation.UserName, Keys.Hash(token), password, code, secondFactor), cancellationToken);
        }
        catch
        {
            // Nothing was set: the holder of the link may try again.
            await invitations.ReleaseAsync(token, expires, CancellationToken.None);
            throw;
        }

        // From here on it is done, whether the caller still listens or not.
        await invitations.BurnAsync(token, CancellationToken.None);
        await attempts.SucceededAsync(AttemptSubject.User(invitation.UserName), CancellationToken.None);
        string? address = clientAddress.Length > 0 ? clientAddress : null;
        await Audit.EmitAsync(new PasswordChangedEvent { User = invitation.UserName, RemoteAddress = address });
        if (secondFactor)
        {
            await Audit.EmitAsync(new MfaAddedEvent { User = invitation.UserName, RemoteAddress = address, DeviceName = "otp", DeviceType = "TOTP" });
        }

        return invitation.UserName;
    }

    // Links are guessed no more often than passwords.
    private async Task<(StoredInvitation Invitation, DateTimeOffset Expires)> FindAsync(string token, string clientAddress, CancellationToken cancellationToken)
    {
        AttemptSubject subject = AttemptSubject.Address(ClientAddress.Of(clientAddress));
        await attempts.RequireUnlockedAsync(subject, cancellationToken);
        try
        {
            return await invitations.GetAsync(token, cancellationToken);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.NotFound)
        {
            await attempts.FailedAsync(subject);
            throw;
        }
    }
}
