using System.CommandLine;
using Teleport.Client.Output;
using Teleport.Tctl;
using Teleport.Tctl.Commands;

var globals = new GlobalOptions();
var root = new RootCommand("Administer a Teleport cluster.")
{
    new StatusCommand(globals), new UsersCommand(globals), new TokensCommand(globals), new NodesCommand(globals),
    new GetCommand(globals), new CreateCommand(globals), new RmCommand(globals), new AuthCommand(globals), new RecordingsCommand(globals), new VersionCommand(),
};
globals.AddTo(root);
ParseResult parsed = root.Parse(args);
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
