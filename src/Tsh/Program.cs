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

string[] normalized = SshArguments.Normalize(args, root);
ParseResult parsed = root.Parse(normalized);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        await Console.Error.WriteLineAsync($"error: {error.Message}");
    }

    return 1;
}

return await CommandErrors.RunAsync(
    async () => await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }), Console.Error, parsed.GetValue(globals.Debug));
