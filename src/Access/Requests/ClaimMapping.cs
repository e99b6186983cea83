using System.Text.RegularExpressions;
using Teleport.Abstractions.Resources;
using Teleport.Access.Matching;
using Teleport.Access.Templates;

namespace Teleport.Access.Requests;

/// <summary>Rows that turn values of traits into names of roles.</summary>
internal static partial class ClaimMapping
{
    private const int MaxValues = 1000;

    /// <summary>Matchers of the roles that the traits lead to. A group taken from a value is that text, never a pattern.</summary>
    /// <exception cref="FormatException">A row is wrong.</exception>
    public static IEnumerable<RoleNameMatcher> Resolve(IReadOnlyList<ClaimToRoles>? rows, TraitSource traits)
    {
        foreach (ClaimToRoles row in rows ?? [])
        {
            Regex value = Compile(row);
            foreach (string candidate in traits.Find(row.Claim).Take(MaxValues))
            {
                if (value.Match(candidate) is not { Success: true } match)
                {
                    continue;
                }

                foreach (string role in row.Roles)
                {
                    yield return GroupPattern().IsMatch(role) ? RoleNameMatcher.Literal(Expand(role, match)) : RoleNameMatcher.Parse(role);
                }
            }
        }
    }

    /// <summary>Reads the rows without any traits.</summary>
    /// <exception cref="FormatException">A row is wrong.</exception>
    public static void Validate(IReadOnlyList<ClaimToRoles>? rows)
    {
        foreach (ClaimToRoles row in rows ?? [])
        {
            Compile(row);
            if (row.Claim.Length == 0 || row.Roles.Count == 0)
            {
                throw new FormatException("a row of claims_to_roles needs claim, value and roles.");
            }

            foreach (string role in row.Roles.Where(static r => !GroupPattern().IsMatch(r)))
            {
                RoleNameMatcher.Parse(role);
            }
        }
    }

    private static string Expand(string role, Match match) => GroupPattern().Replace(role, group =>
        match.Groups[group.Groups["a"] is { Success: true } plain ? plain.Value : group.Groups["b"].Value].Value);

    private static Regex Compile(ClaimToRoles row)
    {
        if (row.Value.Length is 0 or > ValueMatcher.MaxPatternLength)
        {
            throw new FormatException($"the value of a row of claims_to_roles must have 1 to {ValueMatcher.MaxPatternLength} characters.");
        }

        string pattern = row.Value.StartsWith('^') && row.Value.EndsWith('$')
            ? $"^(?:{row.Value[1..^1]})\\z"
            : $"^{string.Join(".*", row.Value.Split('*').Select(Regex.Escape))}\\z";
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"the value \"{row.Value}\" of claims_to_roles: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"\$(?:(?<a>\d{1,2})|\{(?<b>\w+)\})", RegexOptions.NonBacktracking)]
    private static partial Regex GroupPattern();
}
