namespace Teleport.Ssh.Authentication;

/// <summary>Who has logged in, and as what the authenticator accepted the proof.</summary>
internal sealed record AuthenticatedUser(string Name, object Identity);
