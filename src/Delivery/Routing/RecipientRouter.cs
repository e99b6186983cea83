using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Access.Predicates;

namespace Teleport.Delivery.Routing;

/// <summary>Decides who is told of a request: access monitoring rules first, else what the plugin itself says.</summary>
internal sealed partial class RecipientRouter(
    string pluginName, IAccessPlugin plugin, AccessPluginOptions options, IRequestDesk desk, ILogger logger)
{
    private const int MaxRecipients = 50;
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    private volatile IReadOnlyList<AccessMonitoringRule> _rules = [];

    /// <summary>Takes the rules that hold from now on.</summary>
    public void Use(IReadOnlyList<AccessMonitoringRule> rules) => _rules = rules;

    /// <summary>Whether it is the plugin itself that says who is told; then nobody may be as well.</summary>
    public bool IsOwn(AccessRequestView view) => plugin.RecipientsOf(view) is not null;

    /// <summary>Names of those to tell, without duplicates.</summary>
    public async Task<IReadOnlyList<string>> RouteAsync(AccessRequestView view, AccessRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> byRules = await ByRulesAsync(request, cancellationToken);
        IEnumerable<string> names = byRules.Count > 0 ? byRules : plugin.RecipientsOf(view) ?? ByRoles(request.Spec);
        return [.. names.Select(static name => name.Trim()).Where(static name => name.Length is > 0 and <= 512).Distinct(StringComparer.Ordinal).Take(MaxRecipients)];
    }

    private IEnumerable<string> ByRoles(AccessRequestSpec spec) => spec.Roles
        .SelectMany(RecipientsOfRole)
        .Concat(spec.SuggestedReviewers.Where(LooksLikeAddress));

    private StringList RecipientsOfRole(string role)
    {
        if (options.RoleToRecipients.TryGetValue(role, out StringList? exact))
        {
            return exact;
        }

        foreach ((string pattern, StringList recipients) in options.RoleToRecipients)
        {
            if (pattern != "*" && Matches(pattern, role))
            {
                return recipients;
            }
        }

        return options.RoleToRecipients.TryGetValue("*", out StringList? all) ? all : [];
    }

    // As in roles: ^an expression$, or a glob.
    private static bool Matches(string pattern, string role)
    {
        string? expression = pattern.StartsWith('^') && pattern.EndsWith('$') ? pattern
            : pattern.Contains('*', StringComparison.Ordinal) ? $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}\\z"
            : null;
        return expression is not null && Regex.IsMatch(role, expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchLimit);
    }

    private async Task<IReadOnlyList<string>> ByRulesAsync(AccessRequest request, CancellationToken cancellationToken)
    {
        AccessMonitoringRule[] mine = [.. _rules.Where(rule => rule.Spec.Notification?.Name == pluginName)];
        if (mine.Length == 0)
        {
            return [];
        }

        Dictionary<string, IReadOnlyList<string>> variables = Variables(request.Spec);
        if (mine.Any(static rule => rule.Spec.Condition.Contains("user.", StringComparison.Ordinal)))
        {
            foreach ((string trait, IReadOnlyList<string> values) in await desk.ReadTraitsAsync(request.Spec.User, cancellationToken))
            {
                variables[$"user.traits.{trait}"] = values;
            }
        }

        return [.. mine.Where(rule => Holds(rule, variables)).SelectMany(static rule => rule.Spec.Notification!.Recipients)];
    }

    private bool Holds(AccessMonitoringRule rule, IReadOnlyDictionary<string, IReadOnlyList<string>> variables)
    {
        try
        {
            return Predicate.Parse(rule.Spec.Condition).Evaluate(variables);
        }
        catch (Exception e) when (e is FormatException or TeleportException)
        {
            // One rule that nobody can read must not silence the others.
            LogBadRule(rule.Metadata.Name, e.Message);
            return false;
        }
    }

    private static Dictionary<string, IReadOnlyList<string>> Variables(AccessRequestSpec spec)
    {
        var variables = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["access_request.spec.roles"] = [.. spec.Roles],
            ["access_request.spec.suggested_reviewers"] = [.. spec.SuggestedReviewers],
            ["access_request.spec.user"] = [spec.User],
            ["access_request.spec.request_reason"] = [spec.RequestReason ?? ""],
            ["user.metadata.name"] = [spec.User],
        };
        foreach ((string key, StringList values) in spec.SystemAnnotations)
        {
            variables[$"access_request.spec.system_annotations.{key}"] = [.. values];
        }

        return variables;
    }

    private static bool LooksLikeAddress(string text) => text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && !text.Any(char.IsWhiteSpace);

    [LoggerMessage(7020, LogLevel.Warning, "The access monitoring rule {Rule} is left out, since its condition cannot be read: {Reason}")]
    private partial void LogBadRule(string rule, string reason);
}
