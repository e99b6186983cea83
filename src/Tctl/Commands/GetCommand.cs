using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Resources.V1;
using Teleport.Client.Output;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl get</c>.</summary>
internal sealed class GetCommand : Command
{
    public GetCommand(GlobalOptions globals)
        : base("get", "Print resources: KIND, KIND/NAME, several by commas, or all.")
    {
        var references = new Argument<string>("resources");
        var secrets = new Option<bool>("--with-secrets") { Description = "With private keys and other secrets." };
        Option<string?> format = Formats.Option();
        Add(references);
        Add(secrets);
        Add(format);
        SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format), OutputFormat.Yaml);
            IReadOnlyList<(string Kind, string? Name)> wanted = ResourceCalls.ParseReferences(parsed.GetValue(references)!);
            bool withSecrets = parsed.GetValue(secrets) || parsed.GetValue(references) == "all";
            if (wanted.Count == 0)
            {
                throw TeleportException.Invalid("Name what to print: tctl get KIND or tctl get KIND/NAME.");
            }

            if (wanted.Count > 1 && output != OutputFormat.Yaml)
            {
                throw TeleportException.Invalid("Several kinds of resources can be printed as YAML only.");
            }

            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            var documents = new List<ResourceDocument>();
            foreach ((string kind, string? name) in wanted)
            {
                documents.AddRange(name is null
                    ? await ResourceCalls.ListAsync(auth, kind, withSecrets, cancellationToken)
                    : [await auth.Resources.GetAsync(new GetRequest { Kind = kind, Name = name, WithSecrets = withSecrets }, cancellationToken: cancellationToken)]);
            }

            await Console.Out.WriteAsync(output == OutputFormat.Text
                ? ResourceTables.Of(wanted[0].Kind, documents) + "\n"
                : Documents.Format([.. documents.Select(static d => d.Json.Memory)], output));
            return 0;
        });
    }
}
