using System.CommandLine;
using Teleport.Client.Commands;
using Teleport.Client.Profiles;
using Teleport.Tsh.Commands;
using Teleport.Tsh.Requests;

namespace Teleport.Tsh;

/// <summary>The command line <c>tsh</c>.</summary>
internal static class TshCommand
{
    public static RootCommand Create(GlobalOptions globals)
    {
        var store = ProfileStore.Default(Console.Error);
        var logins = new LoginFinder(globals, store);
        var root = new RootCommand("Log in to a Teleport cluster and use what it protects.")
        {
            new LoginCommand(globals), new LogoutCommand(globals), new StatusCommand(globals), new LsCommand(globals, logins), new ClustersCommand(logins),
            new SshCommand(globals, logins, new RequestOffer(new RequestFlow(globals, store, Console.Error))), new ScpCommand(globals, logins), new ConfigCommand(logins), new ProxyCommand(globals, logins), new PlayCommand(logins),
            new RecordingsCommand(logins), new EnvCommand(logins), new RequestCommand(globals, logins, store), VersionCommand.Create(), CompletionCommand.Create("tsh"),
        };
        globals.AddTo(root);
        return root;
    }

    /// <summary>Run under the name <c>ssh</c> or <c>scp</c>, it behaves as that command.</summary>
    public static string[] ByName(string program, string[] args) => Path.GetFileName(program) is "ssh" or "scp" ? [Path.GetFileName(program), .. args] : args;
}
