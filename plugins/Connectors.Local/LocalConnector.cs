using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;

namespace Teleport.Connectors.Local;

/// <summary>Checks passwords and codes of local users. An unknown user costs the same work and gets the same answer as a wrong password.</summary>
#pragma warning disable CA1001 // Connectors live as long as the auth service, and the semaphore holds no handle as long as nobody asks for one.
internal sealed class LocalConnector(ConnectorContext context, TimeProvider time, PasswordCost cost) : ICredentialConnector
{
#pragma warning restore CA1001
    /// <summary>The type of this connector.</summary>
    public const string TypeName = "local";

    private const int ShortestPassword = 12;
    private const int LongestPassword = 128;
    private const string SecondFactorName = "totp";

    private readonly CredentialStore _store = new(context, time);
    private readonly PasswordHash _nobodysPassword = PasswordHash.Create(Guid.NewGuid().ToString(), cost);
    private readonly SemaphoreSlim _checks = new(cost.AtOnce, cost.AtOnce);

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public async ValueTask<CredentialResult> VerifyAsync(CredentialLogin login, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(login);
        (StoredCredentials Credentials, BackendItem Item)? found = await _store.FindAsync(login.UserName, cancellationToken);
        PasswordHash expected = found is { } user ? PasswordHash.Parse(user.Credentials.Password) : _nobodysPassword;
        bool matches = await MatchesAsync(expected, login.Password, cancellationToken);
        if (found is not { } known)
        {
            return Failed("there is no such user, or no password is set");
        }

        if (!matches)
        {
            return Failed("the password is wrong");
        }

        return login.RequireSecondFactor
            ? await VerifyCodeAsync(login, known.Credentials, known.Item, cancellationToken)
            : new CredentialResult(true);
    }

    /// <inheritdoc/>
    public async ValueTask<EnrollmentOffer> BeginEnrollmentAsync(string userName, string issuer, string enrollmentId, CancellationToken cancellationToken)
    {
        (StoredOffer offer, _) = await _store.GetOfferAsync(enrollmentId, userName, cancellationToken);
        string secret = offer.OtpSecret ?? throw Taken();
        return new EnrollmentOffer(new Secret(OneTimeCodes.Uri(secret, userName, issuer)));
    }

    /// <inheritdoc/>
    public async ValueTask CompleteEnrollmentAsync(Enrollment enrollment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(enrollment);
        (StoredOffer offer, BackendItem item) = await _store.GetOfferAsync(enrollment.EnrollmentId, enrollment.UserName, cancellationToken);
        string secret = offer.OtpSecret ?? throw Taken();
        if (offer.UserName != enrollment.UserName)
        {
            throw Taken();
        }

        RequireStrong(enrollment.Password, enrollment.UserName);
        long step = 0;
        if (enrollment.RequireSecondFactor)
        {
            step = OneTimeCodes.FindStep(secret, enrollment.Code?.Reveal() ?? "", time.GetUtcNow()) ?? throw TeleportException.Invalid(
                "invalid totp token: type the 6 digits that the app shows now. If they never fit, check the clocks of the phone and of the auth server.");
        }

        PasswordHash hash = await HashAsync(enrollment.Password, cancellationToken);
        // The code that confirmed the app is used up by that.
        var credentials = new StoredCredentials(hash.ToString(), enrollment.RequireSecondFactor ? secret : null, step);
        try
        {
            await _store.SetAsync(enrollment.UserName, credentials, offer, item, cancellationToken);
        }
        catch (BackendConflictException)
        {
            throw Taken();
        }
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(string userName, CancellationToken cancellationToken) => _store.RemoveAsync(userName, cancellationToken);

    private async ValueTask<CredentialResult> VerifyCodeAsync(
        CredentialLogin login, StoredCredentials credentials, BackendItem item, CancellationToken cancellationToken)
    {
        if (credentials.OtpSecret is not { } secret)
        {
            return Failed("the user has no second factor");
        }

        if (OneTimeCodes.FindStep(secret, login.Code?.Reveal() ?? "", time.GetUtcNow()) is not { } step)
        {
            return Failed("the code is wrong or too old");
        }

        // By compare-and-swap: of two logins with one code at the same moment, at whichever servers, one succeeds.
        return step > credentials.LastStep && await _store.TryUseStepAsync(credentials, item, step, cancellationToken)
            ? new CredentialResult(true, SecondFactorName)
            : Failed("the code was used already");
    }

    private async ValueTask<bool> MatchesAsync(PasswordHash expected, Secret password, CancellationToken cancellationToken)
    {
        string text = password.Reveal();
        // What is too long cannot be anybody's password, and must cost no more than what is not.
        string bounded = text.Length <= LongestPassword ? text : text[..LongestPassword];
        await _checks.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => expected.Matches(bounded), CancellationToken.None) && text.Length <= LongestPassword;
        }
        finally
        {
            _checks.Release();
        }
    }

    private async ValueTask<PasswordHash> HashAsync(Secret password, CancellationToken cancellationToken)
    {
        await _checks.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => PasswordHash.Create(password.Reveal(), cost), CancellationToken.None);
        }
        finally
        {
            _checks.Release();
        }
    }

    private static void RequireStrong(Secret password, string userName)
    {
        string text = password.Reveal();
        if (text.Length is < ShortestPassword or > LongestPassword)
        {
            throw TeleportException.Invalid($"The password must have {ShortestPassword} to {LongestPassword} characters.");
        }

        if (text.Distinct().Count() < 4 || text.Equals(userName, StringComparison.OrdinalIgnoreCase))
        {
            throw TeleportException.Invalid("The password is too simple. Use a sentence, or let a password manager make one.");
        }
    }

    private static CredentialResult Failed(string reason) => new(false, FailureReason: reason);

    private static TeleportException Taken() => TeleportException.NotFound(
        "This link is not valid: it was used already, or its time is over. Ask an administrator for a new one.");
}
