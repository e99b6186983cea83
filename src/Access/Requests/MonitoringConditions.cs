using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Access.Predicates;

namespace Teleport.Access.Requests;

/// <summary>Whether access monitoring rules speak of a request.</summary>
public static class MonitoringConditions
{
    /// <summary>Checks a rule that is to be stored.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: its condition is wrong; the message names the position.</exception>
    public static void Validate(AccessMonitoringRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        rule.Validate();
        try
        {
            Predicate.Parse(rule.Spec.Condition);
        }
        catch (FormatException e)
        {
            throw TeleportException.Invalid($"spec.condition of access_monitoring_rule \"{rule.Metadata.Name}\": {e.Message}");
        }
    }

    /// <summary>Whether the rule's condition holds.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="request">The request.</param>
    /// <param name="userTraits">Traits of the requester; empty: not known.</param>
    /// <exception cref="FormatException">The stored condition is wrong: it does not match, and the others are asked all the same.</exception>
    public static bool Matches(AccessMonitoringRule rule, AccessRequest request, IReadOnlyDictionary<string, IReadOnlyList<string>> userTraits)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(userTraits);
        return Predicate.Parse(rule.Spec.Condition).Evaluate(ReviewVariables.OfRequest(request, userTraits));
    }
}
