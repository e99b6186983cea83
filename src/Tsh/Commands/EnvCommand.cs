using System.CommandLine;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh env</c>.</summary>
internal sealed class EnvCommand : Command
{
    private readonly Option<bool> _unset = new("--unset") { Description = "Print what takes the variables away." };

    public EnvCommand(GlobalOptions globals)
        : base("env", "Print commands that set the environment to the active profile, for: eval $(tsh env)")
    {
        Add(_unset);
        SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(_unset))
            {
                await Console.Out.WriteLineAsync("unset TELEPORT_PROXY\nunset TELEPORT_CLUSTER");
                return 0;
            }

            Profile profile = globals.Require(parsed).Profile;
            // Checked when they were stored: no character of these names means anything to a shell.
            await Console.Out.WriteLineAsync($"export TELEPORT_PROXY={profile.WebAddress.ToHostPort()}\nexport TELEPORT_CLUSTER={profile.Cluster}");
            return 0;
        });
    }
}
