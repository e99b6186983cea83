using System.CommandLine;
using System.Text.Json.Nodes;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh env</c>.</summary>
internal sealed class EnvCommand : Command
{
    private readonly Option<bool> _unset = new("--unset") { Description = "Print what takes the variables away." };
    private readonly Option<string?> _format = new("--format", "-f") { Description = "text, json or yaml." };

    public EnvCommand(LoginFinder logins)
        : base("env", "Print commands that set the environment to the active profile, for: eval $(tsh env)")
    {
        Add(_unset);
        Add(_format);
        SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat format = Documents.ParseFormat(parsed.GetValue(_format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);
            if (parsed.GetValue(_unset))
            {
                await Console.Out.WriteLineAsync("unset TELEPORT_PROXY\nunset TELEPORT_CLUSTER");
                return 0;
            }

            Profile profile = (await logins.RequireAsync(parsed, cancellationToken)).Profile;
            string proxy = profile.WebAddress.ToHostPort();
            // Checked when they were stored: no character of these names means anything to a shell, but brackets of IPv6 addresses do.
            await Console.Out.WriteAsync(format == OutputFormat.Text
                ? $"export TELEPORT_PROXY='{proxy}'\nexport TELEPORT_CLUSTER='{profile.Cluster}'\n"
                : Documents.FormatOne(new JsonObject { ["TELEPORT_PROXY"] = proxy, ["TELEPORT_CLUSTER"] = profile.Cluster }, format));
            return 0;
        });
    }
}
