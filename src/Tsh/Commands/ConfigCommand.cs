using System.CommandLine;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh config</c>.</summary>
internal sealed class ConfigCommand : Command
{
    private const int DefaultPort = 3022;

    private readonly Option<int> _port = new("--port", "-p") { DefaultValueFactory = static _ => DefaultPort, Description = "Port that hosts are asked for by." };

    public ConfigCommand(GlobalOptions globals)
        : base("config", "Print a configuration for OpenSSH: tsh config > c; ssh -F c LOGIN@HOST.CLUSTER")
    {
        Add(_port);
        SetAction(async (parsed, _) =>
        {
            Profile profile = globals.Require(parsed).Profile;
            await Console.Out.WriteAsync(SshConfigText.Format(profile, ProfilePaths.Default(), parsed.GetValue(_port)));
            return 0;
        });
    }
}
