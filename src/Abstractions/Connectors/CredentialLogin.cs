using Teleport.Abstractions.Security;

namespace Teleport.Abstractions.Connectors;

/// <summary>What somebody typed to log in.</summary>
/// <param name="UserName">The name as typed.</param>
/// <param name="Password">The password.</param>
/// <param name="Code">The one-time code, or <c>null</c>.</param>
/// <param name="RequireSecondFactor">Whether the cluster demands a second factor.</param>
public sealed record CredentialLogin(string UserName, Secret Password, Secret? Code, bool RequireSecondFactor);

/// <summary>The outcome of checking credentials.</summary>
/// <param name="Succeeded">Whether they are right.</param>
/// <param name="SecondFactor">The second factor that was shown, as <c>totp</c>; <c>null</c>: none.</param>
/// <param name="FailureReason">For the audit log only, never for the one who tries: what was wrong.</param>
public sealed record CredentialResult(bool Succeeded, string? SecondFactor = null, string? FailureReason = null);

/// <summary>What an authenticator app must know.</summary>
/// <param name="Uri">The <c>otpauth://totp/…</c> URI to show as a QR code. Holds a secret; <c>null</c>: second factors are off.</param>
public sealed record EnrollmentOffer(Secret? Uri);

/// <summary>New credentials.</summary>
/// <param name="UserName">The user.</param>
/// <param name="EnrollmentId">What <see cref="ICredentialConnector.BeginEnrollmentAsync"/> was told.</param>
/// <param name="Password">The new password.</param>
/// <param name="Code">A code from the app, or <c>null</c>.</param>
/// <param name="RequireSecondFactor">Whether the cluster demands a second factor.</param>
public sealed record Enrollment(string UserName, string EnrollmentId, Secret Password, Secret? Code, bool RequireSecondFactor);
