using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Resources.V1;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl rm</c>.</summary>
internal sealed class RmCommand : Command
{
    public RmCommand(GlobalOptions globals)
        : base("rm", "Delete a resource: KIND/NAME.")
    {
        Aliases.Add("del");
        var reference = new Argument<string>("resource");
        Add(reference);
        SetAction(async (parsed, cancellationToken) =>
        {
            (string kind, string? name) = ResourceCalls.ParseReference(parsed.GetValue(reference)!);
            if (name is null)
            {
                throw TeleportException.Invalid($"Name the resource to delete: tctl rm {kind}/NAME.");
            }

            if (ResourceCalls.IsSingleton(kind))
            {
                throw TeleportException.Invalid($"There is one {kind} only, and it cannot be deleted. Change it with: tctl create -f");
            }

            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            await auth.Resources.DeleteAsync(new DeleteRequest { Kind = kind, Name = name }, cancellationToken: cancellationToken);
            await Console.Out.WriteLineAsync($"{kind} \"{name}\" has been deleted");
            return 0;
        });
    }
}
