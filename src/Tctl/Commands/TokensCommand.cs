using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Tokens.V1;
using Teleport.Client.Commands;
using Teleport.Client.Output;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl tokens</c>.</summary>
internal sealed class TokensCommand : Command
{
    private static readonly Dictionary<string, string> Roles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["node"] = "Node", ["ssh"] = "Node", ["proxy"] = "Proxy", ["auth"] = "Auth", ["app"] = "App", ["db"] = "Db", ["database"] = "Db",
        ["kube"] = "Kube", ["kubernetes"] = "Kube", ["access"] = "Access", ["trusted_cluster"] = "TrustedCluster", ["trustedcluster"] = "TrustedCluster",
    };

    private static readonly string[] ServiceFlags = ["--app-name", "--app-uri", "--db-name", "--db-protocol", "--db-uri"];

    private readonly GlobalOptions _globals;

    public TokensCommand(GlobalOptions globals)
        : base("tokens", "Manage join tokens.")
    {
        _globals = globals;
        var type = new Option<string>("--type") { Required = true, Description = "What may join: node, proxy, auth, app, db, kube, access; several by commas." };
        Add(AddCommand(globals, "add", "Make a token, and print how to join by it.", type, "1h"));
        Add(ListTokens());
        Add(RemoveToken());
    }

    /// <summary>Makes the command that makes a token; <c>tctl nodes add</c> is the same under another name.</summary>
    public static Command AddCommand(GlobalOptions globals, string name, string description, Option<string> type, string defaultTtl)
    {
        var value = new Option<string?>("--value", "--token") { Description = "The token itself; else a random one." };
        var ttl = new Option<string>("--ttl") { DefaultValueFactory = _ => defaultTtl, Description = "How long it is good for, at most 48h." };
        var uses = new Option<int>("--max-uses") { Description = "How many hosts may join by it; else any number." };
        Option<string?> format = Formats.Option();
        // Only shown: these describe what will join, which says so itself.
        Option<string?>[] services = [.. ServiceFlags.Select(static flag => new Option<string?>(flag) { Description = "For the command that is printed." })];
        var add = new Command(name, description) { type, value, ttl, uses, format, RefusedOption.Create("tokens for trusted clusters have no labels in this version", "--labels") };
        foreach (Option<string?> service in services)
        {
            add.Add(service);
        }

        add.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            string[] roles = [.. Formats.List(parsed.GetValue(type)).Select(RoleName)];
            string[] flags = [.. services.Where(option => parsed.GetValue(option) is not null).Select(option => $"{option.Name}={parsed.GetValue(option)}")];
            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            TimeSpan life = DurationText.Parse(parsed.GetValue(ttl)!, "--ttl");
            JoinToken token = await auth.Tokens.CreateTokenAsync(
                new CreateTokenRequest
                {
                    Roles = { roles },
                    TtlSeconds = (long)life.TotalSeconds,
                    Value = parsed.GetValue(value) ?? "",
                    MaxUses = parsed.GetValue(uses),
                },
                cancellationToken: cancellationToken);
            await Console.Out.WriteAsync(output == OutputFormat.Text
                ? new JoinInstructions(token, flags, TimeProvider.System.GetUtcNow()).ToString()
                : Documents.FormatOne(Json(token), output));
            return 0;
        });
        return add;
    }

    private Command ListTokens()
    {
        var secrets = new Option<bool>("--with-secrets") { Description = "Show dynamic tokens whole." };
        Option<string?> format = Formats.Option();
        var list = new Command("ls", "List tokens.") { secrets, format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            ListTokensResponse found = await auth.Tokens.ListTokensAsync(new ListTokensRequest { WithSecrets = parsed.GetValue(secrets) }, cancellationToken: cancellationToken);
            if (output != OutputFormat.Text)
            {
                await Console.Out.WriteAsync(Documents.FormatOne(new JsonArray([.. found.Tokens.Select(static t => (JsonNode)Json(t))]), output));
                return 0;
            }

            var table = new Table("Token", "Type", "Labels", "Expiry Time (UTC)");
            foreach (JoinToken token in found.Tokens.OrderBy(static t => t.ExpiresUnixSeconds == 0 ? long.MaxValue : t.ExpiresUnixSeconds))
            {
                table.Add(token.Token, string.Join(',', token.Roles), "", Expiry(token));
            }

            await Console.Out.WriteAsync(found.Tokens.Count == 0 ? "No active tokens found.\n" : table + "\n");
            return 0;
        });
        return list;
    }

    private Command RemoveToken()
    {
        var token = new Argument<string>("token");
        var remove = new Command("rm", "Delete a token.") { token };
        remove.Aliases.Add("del");
        remove.SetAction(async (parsed, cancellationToken) =>
        {
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            await auth.Tokens.DeleteTokenAsync(new DeleteTokenRequest { Token = parsed.GetValue(token)! }, cancellationToken: cancellationToken);
            await Console.Out.WriteLineAsync($"Token {parsed.GetValue(token)} has been deleted");
            return 0;
        });
        return remove;
    }

    private static string RoleName(string text) => Roles.TryGetValue(text, out string? role)
        ? role
        : throw TeleportException.Invalid($"--type: \"{text}\" is unknown; known are node, proxy, auth, app, db, kube, access and trusted_cluster.");

    private static string Expiry(JoinToken token)
    {
        if (token.ExpiresUnixSeconds == 0)
        {
            return "never";
        }

        DateTimeOffset end = DateTimeOffset.FromUnixTimeSeconds(token.ExpiresUnixSeconds);
        return string.Create(CultureInfo.InvariantCulture, $"{end.UtcDateTime:dd MMM yy HH:mm} UTC ({DurationText.Format(end - TimeProvider.System.GetUtcNow())})");
    }

    private static JsonObject Json(JoinToken token) => new()
    {
        ["token"] = token.Token,
        ["roles"] = new JsonArray([.. token.Roles.Select(static role => (JsonNode)role)]),
        ["expires"] = token.ExpiresUnixSeconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(token.ExpiresUnixSeconds).UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        ["static"] = token.IsStatic,
        ["ca_pins"] = new JsonArray([.. token.CaPins.Select(static pin => (JsonNode)pin)]),
        ["auth_servers"] = new JsonArray([.. token.ProxyAddrs.Concat(token.AuthAddrs).Select(static a => (JsonNode)a)]),
    };
}
