namespace Teleport.Client.Profiles;

/// <summary>A profile with its keys and certificates.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Identity">What the user proves themselves with; <c>null</c>: logged out.</param>
/// <param name="IsCurrent">Whether commands go there when no proxy is named.</param>
public sealed record StoredLogin(Profile Profile, ClientIdentity? Identity, bool IsCurrent);
