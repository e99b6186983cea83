using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh config</c>.</summary>
internal sealed class ConfigCommand : Command
{
    private const int DefaultPort = 3022;

    private readonly Option<int> _port = new("--port", "-p") { DefaultValueFactory = static _ => DefaultPort, Description = "Port that hosts are asked for by." };

    public ConfigCommand(LoginFinder logins)
        : base("config", "Print a configuration for OpenSSH: tsh config > c; ssh -F c LOGIN@HOST.CLUSTER")
    {
        Add(_port);
        SetAction(async (parsed, cancellationToken) =>
        {
            ActiveLogin login = await logins.RequireAsync(parsed, cancellationToken);
            await Console.Out.WriteAsync(login.IsStored
                ? SshConfigText.Format(login.Profile, ProfilePaths.Default(), parsed.GetValue(_port))
                : throw TeleportException.Invalid("OpenSSH is configured for a login, not for an identity file. Use: tsh login --out=FILE --format=openssh"));
            return 0;
        });
    }
}
