using System.CommandLine;
using Google.Protobuf;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;
using Teleport.Client.Output;

namespace Teleport.Tctl.Requests;

/// <summary><c>tctl plugins</c>: what access plugins may do, and the switch that stops reviews by them.</summary>
internal sealed class PluginsCommand : Command
{
    private const int MaxTries = 5;

    public PluginsCommand(GlobalOptions globals)
        : base("plugins", "Control access plugins.")
    {
        Add(List(globals));
        Add(Switch(globals, "disable-reviews", "Take no reviews through access plugins any more, at once.", disabled: true));
        Add(Switch(globals, "enable-reviews", "Take reviews through access plugins again, as their settings say.", disabled: false));
    }

    private static Command List(GlobalOptions globals)
    {
        Option<string?> format = Formats.Option();
        var list = new Command("ls", "List access plugins that have settings.") { format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            IReadOnlyList<ResourceDocument> found = await ResourceCalls.ListAsync(auth, ResourceKinds.AccessPlugin, withSecrets: false, cancellationToken);
            if (output != OutputFormat.Text)
            {
                await Console.Out.WriteAsync(Documents.Format([.. found.Select(static d => d.Json.Memory)], output));
                return 0;
            }

            var table = new Table("Name", "Service", "Reviews", "Identities");
            foreach (AccessPluginSettings plugin in found.Select(Read))
            {
                string reviews = plugin.Spec.ReviewsDisabled ? "disabled" : plugin.Spec.Reviews ? "yes" : "no";
                table.Add(plugin.Metadata.Name, plugin.Spec.Provider, reviews, string.Join(',', plugin.Spec.IdentitySources));
            }

            await Console.Out.WriteAsync(found.Count == 0 ? "No access plugin has settings, so none may send in reviews.\n" : table + "\n");
            return 0;
        });
        return list;
    }

    private static Command Switch(GlobalOptions globals, string name, string description, bool disabled)
    {
        var plugin = new Argument<string?>("plugin") { Arity = ArgumentArity.ZeroOrOne, Description = "One plugin; else all." };
        var command = new Command(name, description) { plugin };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            string[] names = parsed.GetValue(plugin) is { } one
                ? [one]
                : [.. (await ResourceCalls.ListAsync(auth, ResourceKinds.AccessPlugin, withSecrets: false, cancellationToken)).Select(static d => d.Name)];
            foreach (string chosen in names)
            {
                await SetAsync(auth, chosen, disabled, cancellationToken);
                await Console.Out.WriteLineAsync($"Reviews through the plugin \"{chosen}\" are {(disabled ? "disabled" : "as its settings say")}.");
            }

            if (names.Length == 0)
            {
                await Console.Out.WriteLineAsync("No access plugin has settings, so none may send in reviews.");
            }

            return 0;
        });
        return command;
    }

    private static async Task SetAsync(AuthClient auth, string name, bool disabled, CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            AccessPluginSettings present = await FindAsync(auth, name, disabled, cancellationToken);
            AccessPluginSettings next = present with { Spec = present.Spec with { ReviewsDisabled = disabled } };
            try
            {
                await auth.Resources.UpsertAsync(
                    new WriteRequest { Kind = next.Kind, Json = ByteString.CopyFrom(ResourceJson.Serialize(next)) }, cancellationToken: cancellationToken);
                return;
            }
            catch (TeleportException e) when (e.Code == ErrorCode.Conflict && i < MaxTries)
            {
                // Somebody changed the settings in between: switch what is there now.
            }
        }
    }

    /// <summary>The settings; for the switch also those of a plugin that has none: it stops the plugin's own reviews too.</summary>
    private static async Task<AccessPluginSettings> FindAsync(AuthClient auth, string name, bool disabled, CancellationToken cancellationToken)
    {
        try
        {
            return Read(await auth.Resources.GetAsync(new GetRequest { Kind = ResourceKinds.AccessPlugin, Name = name }, cancellationToken: cancellationToken));
        }
        catch (TeleportException e) when (e.Code == ErrorCode.NotFound && disabled)
        {
            return new AccessPluginSettings { Metadata = new ResourceMetadata { Name = name } };
        }
    }

    private static AccessPluginSettings Read(ResourceDocument document) =>
        (AccessPluginSettings)ResourceJson.Deserialize(ResourceKinds.AccessPlugin, document.Json.Span);
}
