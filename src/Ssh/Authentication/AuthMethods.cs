namespace Teleport.Ssh.Authentication;

/// <summary>Names of methods and services.</summary>
internal static class AuthMethods
{
    public const string None = "none";
    public const string PublicKey = "publickey";
    public const string Password = "password";
    public const string KeyboardInteractive = "keyboard-interactive";
    public const string UserAuthService = "ssh-userauth";
    public const string ConnectionService = "ssh-connection";
}
