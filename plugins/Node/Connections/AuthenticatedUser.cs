using Teleport.Abstractions.Security;
using Teleport.Node.Processes;

namespace Teleport.Node.Connections;

/// <summary>Who is logged in, and that they may.</summary>
/// <param name="Identity">What the certificate says.</param>
/// <param name="Grant">The proof of access as of the login.</param>
/// <param name="Local">The user of the operating system.</param>
/// <param name="ForcedCommand">The only command that the certificate is good for; <c>null</c>: any.</param>
internal sealed record AuthenticatedUser(UserIdentity Identity, NodeGrant Grant, LocalUser Local, string? ForcedCommand);
