using System.CommandLine;
using Teleport.Client.Commands;
using Teleport.Client.Terminals;
using Teleport.Tctl;
using Teleport.Tctl.Commands;
using Teleport.Tctl.Requests;

LocalTerminal.UsePlainConsole();
var globals = new GlobalOptions();
var root = new RootCommand("Administer a Teleport cluster.")
{
    new StatusCommand(globals), new UsersCommand(globals), new TokensCommand(globals), new NodesCommand(globals),
    new GetCommand(globals), new CreateCommand(globals), new RmCommand(globals), new AuthCommand(globals), new RecordingsCommand(globals),
    new RequestsCommand(globals), new PluginsCommand(globals), new AccessCommand(globals), VersionCommand.Create(), CompletionCommand.Create("tctl"),
};
globals.AddTo(root);

return await CommandLines.RunAsync(root, args, globals.Debug, Console.Error);
