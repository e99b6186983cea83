using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;
using Teleport.Api.Users.V1;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl users</c>.</summary>
internal sealed class UsersCommand : Command
{
    private readonly GlobalOptions _globals;
    private readonly Dictionary<string, Option<string?>> _traits = new()
    {
        ["logins"] = new("--logins") { Description = "Logins on servers, a,b." },
        ["kubernetes_users"] = new("--kubernetes-users", "--k8s-users") { Description = "Kubernetes users to impersonate." },
        ["kubernetes_groups"] = new("--kubernetes-groups", "--k8s-groups") { Description = "Kubernetes groups to impersonate." },
        ["db_users"] = new("--db-users") { Description = "Users inside of databases." },
        ["db_names"] = new("--db-names") { Description = "Databases inside of servers." },
        ["db_roles"] = new("--db-roles") { Description = "Roles inside of databases." },
        ["windows_logins"] = new("--windows-logins") { Description = "Logins on Windows hosts." },
        ["aws_role_arns"] = new("--aws-role-arns") { Description = "Roles of Amazon's cloud." },
        ["azure_identities"] = new("--azure-identities") { Description = "Identities of Microsoft's cloud." },
        ["gcp_service_accounts"] = new("--gcp-service-accounts") { Description = "Service accounts of Google's cloud." },
        ["host_user_uid"] = new("--host-user-uid") { Description = "Id of the user that hosts make." },
        ["host_user_gid"] = new("--host-user-gid") { Description = "Group of the user that hosts make." },
    };

    public UsersCommand(GlobalOptions globals)
        : base("users", "Manage users.")
    {
        _globals = globals;
        Add(AddUser());
        Add(UpdateUser());
        Add(ListUsers());
        Add(RemoveUsers());
        Add(ResetUser());
    }

    private Command AddUser()
    {
        var name = new Argument<string>("name");
        var logins = new Argument<string?>("logins") { Arity = ArgumentArity.ZeroOrOne, Hidden = true };
        var roles = new Option<string?>("--roles") { Description = "Roles, a,b." };
        var ttl = new Option<string?>("--ttl") { Description = "How long the link is good for; else 1h, at most 48h." };
        Option<string?> format = Formats.Option();
        var add = new Command("add", "Create a user, and print the link by which the user sets a password.") { name, logins, roles, ttl, format };
        foreach (Option<string?> trait in _traits.Values)
        {
            add.Add(trait);
        }

        add.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            string[] roleNames = Formats.List(parsed.GetValue(roles));
            if (roleNames.Length == 0)
            {
                await Console.Error.WriteLineAsync($"warning: no --roles were given, so {parsed.GetValue(name)} gets the role admin, as it always was. Name others by: tctl users update NAME --set-roles=...");
            }

            var request = new CreateUserRequest
            {
                Name = parsed.GetValue(name)!,
                // As it always was: without roles, the administrator's.
                Roles = { roleNames.Length == 0 ? ["admin"] : roleNames },
                TtlSeconds = parsed.GetValue(ttl) is { } text ? (long)DurationText.Parse(text, "--ttl").TotalSeconds : 0,
            };
            foreach ((string trait, Option<string?> option) in _traits)
            {
                string[] values = Formats.List(parsed.GetValue(option) ?? (trait == "logins" ? parsed.GetValue(logins) : null));
                if (values.Length > 0)
                {
                    request.Traits[trait] = new Values { Values_ = { values } };
                }
            }

            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            InvitationLink link = await auth.Users.CreateUserAsync(request, cancellationToken: cancellationToken);
            await PrintAsync(link, output, "has been created but requires a password", "user setup");
            return 0;
        });
        return add;
    }

    private Command ResetUser()
    {
        var name = new Argument<string>("name");
        var ttl = new Option<string?>("--ttl") { Description = "How long the link is good for; else 8h, at most 24h." };
        Option<string?> format = Formats.Option();
        var reset = new Command("reset", "Take away a user's password and second factors, and print a link to set new ones.") { name, ttl, format };
        reset.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            InvitationLink link = await auth.Users.ResetUserAsync(
                new ResetUserRequest { Name = parsed.GetValue(name)!, TtlSeconds = parsed.GetValue(ttl) is { } text ? (long)DurationText.Parse(text, "--ttl").TotalSeconds : 0 },
                cancellationToken: cancellationToken);
            await PrintAsync(link, output, "has been reset", "password reset");
            return 0;
        });
        return reset;
    }

    private Command ListUsers()
    {
        Option<string?> format = Formats.Option();
        var list = new Command("ls", "List users.") { format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            IReadOnlyList<ResourceDocument> users = await ResourceCalls.ListAsync(auth, ResourceKinds.User, withSecrets: false, cancellationToken);
            await Console.Out.WriteAsync(output != OutputFormat.Text ? Documents.Format([.. users.Select(static u => u.Json.Memory)], output)
                : users.Count == 0 ? "No users found\n"
                : ResourceTables.Of(ResourceKinds.User, users) + "\n");
            return 0;
        });
        return list;
    }

    private Command RemoveUsers()
    {
        var names = new Argument<string>("names") { Description = "One or more, a,b." };
        var force = new Option<bool>("--force") { Description = "Even the last user who may change roles." };
        var remove = new Command("rm", "Delete users.") { names, force };
        remove.Aliases.Add("del");
        remove.SetAction(async (parsed, cancellationToken) =>
        {
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            string[] leaving = Formats.List(parsed.GetValue(names));
            if (!parsed.GetValue(force))
            {
                await RoleEditors.RequireOneBesideAsync(auth, leaving, cancellationToken);
            }

            foreach (string name in leaving)
            {
                await auth.Resources.DeleteAsync(new DeleteRequest { Kind = ResourceKinds.User, Name = name }, cancellationToken: cancellationToken);
                await Console.Out.WriteLineAsync($"User \"{name}\" has been deleted");
            }

            return 0;
        });
        return remove;
    }

    private Command UpdateUser()
    {
        var name = new Argument<string>("name");
        var roles = new Option<string?>("--set-roles") { Description = "Roles in place of the present ones, a,b." };
        Dictionary<string, Option<string?>> traits = _traits.Keys.ToDictionary(
            static trait => trait, static trait => new Option<string?>("--set-" + trait.Replace('_', '-')) { Description = $"Values of {trait} in place of the present ones." });
        var update = new Command("update", "Change roles and traits of a user.") { name, roles };
        foreach (Option<string?> trait in traits.Values)
        {
            update.Add(trait);
        }

        update.SetAction(async (parsed, cancellationToken) =>
        {
            string[] wanted = Formats.List(parsed.GetValue(roles));
            (string Trait, string[] Values)[] changes =
                [.. traits.Where(t => parsed.GetValue(t.Value) is not null).Select(t => (t.Key, Formats.List(parsed.GetValue(t.Value))))];
            if (wanted.Length == 0 && changes.Length == 0)
            {
                throw TeleportException.Invalid("Nothing to update: use --set-roles, --set-logins or another --set option.");
            }

            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            ResourceDocument found = await auth.Resources.GetAsync(new GetRequest { Kind = ResourceKinds.User, Name = parsed.GetValue(name)! }, cancellationToken: cancellationToken);
            var user = (User)ResourceJson.Deserialize(ResourceKinds.User, found.Json.Span);
            var all = user.Spec.Traits.ToDictionary();
            foreach ((string trait, string[] values) in changes)
            {
                all[trait] = [.. values];
            }

            User changed = user with { Status = null, Spec = user.Spec with { Roles = wanted.Length > 0 ? [.. wanted] : user.Spec.Roles, Traits = all } };
            await auth.Resources.UpsertAsync(
                new WriteRequest { Kind = ResourceKinds.User, Json = ByteString.CopyFrom(ResourceJson.Serialize(changed)) }, cancellationToken: cancellationToken);
            string what = wanted.Length > 0 ? $" with roles {string.Join(',', wanted)}" : "";
            await Console.Out.WriteLineAsync($"{changed.Metadata.Name} has been updated{what}");
            return 0;
        });
        return update;
    }

    private static async Task PrintAsync(InvitationLink link, OutputFormat output, string what, string purpose)
    {
        await Console.Out.WriteAsync(output == OutputFormat.Text
            ? $"""
               User {Names.Printable(link.UserName)} {what}. Share this URL with the user to complete {purpose}, link is valid for {DurationText.Format(TimeSpan.FromSeconds(link.TtlSeconds))}:
               {Names.Printable(link.Url)}

               NOTE: Make sure {Names.Printable(link.ProxyAddr)} points at a Teleport proxy which users can access.

               """
            : Documents.FormatOne(new JsonObject { ["user"] = link.UserName, ["url"] = link.Url, ["token"] = link.Token, ["ttl_seconds"] = link.TtlSeconds }, output));
    }
}
