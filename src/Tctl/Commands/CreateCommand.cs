using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Google.Protobuf;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;
using Teleport.Yaml;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl create</c>.</summary>
internal sealed class CreateCommand : Command
{
    public CreateCommand(GlobalOptions globals)
        : base("create", "Create resources from YAML or JSON.")
    {
        var file = new Argument<string?>("file") { Arity = ArgumentArity.ZeroOrOne, Description = "The file; else the standard input." };
        var force = new Option<bool>("--force", "-f") { Description = "Replace what exists." };
        Add(file);
        Add(force);
        SetAction(async (parsed, cancellationToken) =>
        {
            string? path = parsed.GetValue(file);
            string text = path is null ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(path, cancellationToken);
            Resource[] resources = [.. YamlDocuments.Parse(text).Select(Read)];
            if (resources.Length == 0)
            {
                throw TeleportException.Invalid("The input holds no resource.");
            }

            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            foreach (Resource resource in resources)
            {
                await WriteAsync(auth, resource, parsed.GetValue(force), cancellationToken);
            }

            return 0;
        });
    }

    private static Resource Read(YamlNode document)
    {
        string kind = ((document as YamlMapping)?.Find("kind") as YamlScalar)?.Text ?? throw TeleportException.Invalid("A resource lacks the key \"kind\".");
        JsonTypeInfo type = ResourceJson.ForKind(ResourceCalls.ParseReference(kind).Kind)
            ?? throw TeleportException.Invalid($"Resources of kind \"{kind}\" cannot be created.");
        var resource = (Resource)YamlBinder.Bind(document, type);
        return resource with { Kind = ResourceCalls.ParseReference(kind).Kind };
    }

    private static async Task WriteAsync(AuthClient auth, Resource resource, bool force, CancellationToken cancellationToken)
    {
        var request = new WriteRequest { Kind = resource.Kind, Json = ByteString.CopyFrom(ResourceJson.Serialize(resource)) };
        try
        {
            if (!ResourceCalls.IsSingleton(resource.Kind))
            {
                ResourceDocument created = await auth.Resources.CreateAsync(request, cancellationToken: cancellationToken);
                await Console.Out.WriteLineAsync($"{resource.Kind} \"{NameOf(resource, created)}\" has been created");
                return;
            }
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Conflict && !force)
        {
            throw TeleportException.Conflict($"{resource.Kind} \"{resource.Metadata.Name}\" already exists, use -f or --force flag to overwrite");
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Conflict)
        {
            // Replaced below, as was asked for.
        }

        ResourceDocument written = await auth.Resources.UpsertAsync(request, cancellationToken: cancellationToken);
        await Console.Out.WriteLineAsync($"{resource.Kind} \"{NameOf(resource, written)}\" has been updated");
    }

    /// <summary>The name as it was written; of kinds whose name may be left out, as it was stored.</summary>
    private static string NameOf(Resource written, ResourceDocument stored) => written.Metadata.Name.Length > 0 ? written.Metadata.Name : stored.Name;
}
