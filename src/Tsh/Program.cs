using System.CommandLine;
using Teleport.Client.Commands;
using Teleport.Client.Terminals;
using Teleport.Tsh;

LocalTerminal.UsePlainConsole();
var globals = new GlobalOptions();
RootCommand root = TshCommand.Create(globals);

return await CommandLines.RunAsync(root, SshArguments.Normalize(TshCommand.ByName(Environment.GetCommandLineArgs()[0], args), root), globals.Debug, Console.Error);
