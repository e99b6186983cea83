namespace Teleport.Abstractions.Connectors;

/// <summary>Proves who somebody is by what they type: a password and a second factor.</summary>
public interface ICredentialConnector : IAuthConnector
{
    /// <summary>Checks credentials. Takes the same time and gives the same answer whether the user is unknown or the credentials are wrong.</summary>
    /// <param name="login">What was typed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<CredentialResult> VerifyAsync(CredentialLogin login, CancellationToken cancellationToken);

    /// <summary>Begins to set new credentials: says what the user's authenticator app must know. The same for the life of an invitation.</summary>
    /// <param name="userName">The user.</param>
    /// <param name="issuer">Who asks for the codes, shown by the app: the cluster's name.</param>
    /// <param name="enrollmentId">What the secret belongs to: the invitation.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<EnrollmentOffer> BeginEnrollmentAsync(string userName, string issuer, string enrollmentId, CancellationToken cancellationToken);

    /// <summary>Sets a password and, unless second factors are off, the second factor offered, in place of all earlier ones.</summary>
    /// <exception cref="Errors.TeleportException">Code <c>invalid</c>: the password is too weak, or the code does not fit.</exception>
    ValueTask CompleteEnrollmentAsync(Enrollment enrollment, CancellationToken cancellationToken);

    /// <summary>Removes the password and all second factors of a user.</summary>
    ValueTask RemoveAsync(string userName, CancellationToken cancellationToken);
}
