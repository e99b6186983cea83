using System.CommandLine;
using Teleport.Client.Output;
using Teleport.Tsh;
using Teleport.Tsh.Commands;

var globals = new GlobalOptions();
var root = new RootCommand("Log in to a Teleport cluster and use what it protects.")
{
    new LoginCommand(globals), new LogoutCommand(globals), new StatusCommand(globals), new LsCommand(globals), new ClustersCommand(globals),
    new SshCommand(globals), new ScpCommand(globals), new ConfigCommand(globals), new ProxyCommand(globals), new PlayCommand(globals),
    new RecordingsCommand(globals), new EnvCommand(globals), new VersionCommand(),
};
globals.AddTo(root);

return await CommandLines.RunAsync(root, SshArguments.Normalize(args, root), globals.Debug, Console.Error);
