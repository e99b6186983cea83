using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Security;
using Teleport.Client.Profiles;

namespace Teleport.Tsh;

/// <summary>What <c>tsh status</c> says, from the certificates alone.</summary>
internal static class StatusText
{
    /// <summary>The block of each login, the active one marked.</summary>
    public static string Format(IEnumerable<StoredLogin> logins, bool verbose)
    {
        var text = new StringBuilder();
        foreach (StoredLogin login in logins)
        {
            Append(text, login.Profile, login.Identity!, login.IsCurrent, verbose);
        }

        return text.ToString();
    }

    /// <summary>The same for programs.</summary>
    public static JsonObject ToJson(IReadOnlyList<StoredLogin> logins) => new()
    {
        ["active"] = logins.FirstOrDefault(static login => login.IsCurrent) is { } active ? ToJson(active.Profile, active.Identity!) : null,
        ["profiles"] = new JsonArray([.. logins.Where(static login => !login.IsCurrent).Select(static login => (JsonNode)ToJson(login.Profile, login.Identity!))]),
    };

    private static JsonObject ToJson(Profile profile, ClientIdentity identity)
    {
        UserIdentity user = identity.ReadUser();
        return new JsonObject
        {
            ["profile_url"] = $"https://{profile.WebAddress.ToHostPort()}",
            ["username"] = user.UserName,
            ["cluster"] = profile.Cluster,
            ["active_requests"] = Array(user.ActiveRequests),
            ["roles"] = Array(user.Roles),
            ["traits"] = new JsonObject(user.Traits.OrderBy(static t => t.Key, StringComparer.Ordinal).Select(static t => KeyValuePair.Create(t.Key, (JsonNode?)Array(t.Value)))),
            ["logins"] = Array(Logins(user)),
            ["kubernetes_enabled"] = false,
            ["valid_until"] = identity.Expires?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["extensions"] = Array(Extensions(identity)),
        };
    }

    private static void Append(StringBuilder text, Profile profile, ClientIdentity identity, bool isCurrent, bool verbose)
    {
        UserIdentity user = identity.ReadUser();
        // What certificates say comes from a proxy (H53).
        void Line(string name, string value, string mark = " ") =>
            text.Append(CultureInfo.InvariantCulture, $"{mark} {Names.Printable(name + ":").PadRight(20)}{Names.Printable(value)}\n");
        Line("Profile URL", $"https://{profile.WebAddress.ToHostPort()}", isCurrent ? ">" : " ");
        Line("Logged in as", user.UserName);
        if (user.ActiveRequests.Count > 0)
        {
            Line("Active requests", string.Join(", ", user.ActiveRequests));
        }

        Line("Cluster", profile.Cluster);
        Line("Roles", string.Join(", ", user.Roles));
        if (verbose)
        {
            foreach ((string name, IReadOnlyList<string> values) in user.Traits.OrderBy(static t => t.Key, StringComparer.Ordinal))
            {
                Line("Trait " + name, string.Join(", ", values));
            }
        }

        Line("Logins", Logins(user) is { Count: > 0 } logins ? string.Join(", ", logins) : "-");
        Line("Kubernetes", "disabled");
        Line("Valid until", Validity(identity.Expires));
        Line("Extensions", string.Join(", ", Extensions(identity)));
        text.Append('\n');
    }

    private static string Validity(DateTimeOffset? expires)
    {
        if (expires is not { } end)
        {
            return "forever";
        }

        TimeSpan left = end - TimeProvider.System.GetUtcNow();
        string time = end.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " +0000 UTC";
        TimeSpan rounded = TimeSpan.FromMinutes(Math.Round(left.TotalMinutes));
        return left <= TimeSpan.Zero
            ? $"{time} [EXPIRED]"
            : string.Create(CultureInfo.InvariantCulture, $"{time} [valid for {(int)rounded.TotalHours}h{rounded.Minutes}m0s]");
    }

    private static IReadOnlyList<string> Logins(UserIdentity user) => [.. user.Principals.Where(static p => !p.StartsWith('-'))];

    private static IEnumerable<string> Extensions(ClientIdentity identity) =>
        identity.Certificate!.Extensions.Keys.Where(static name => name.StartsWith("permit-", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(static v => (JsonNode)v)]);
}
