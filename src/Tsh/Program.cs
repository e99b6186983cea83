using System.CommandLine;
using Teleport.Client.Commands;
using Teleport.Tsh;

var globals = new GlobalOptions();
RootCommand root = TshCommand.Create(globals);

return await CommandLines.RunAsync(root, SshArguments.Normalize(TshCommand.ByName(Environment.GetCommandLineArgs()[0], args), root), globals.Debug, Console.Error);
