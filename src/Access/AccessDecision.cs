using System.Diagnostics.CodeAnalysis;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;

namespace Teleport.Access;

/// <summary>An answer with its reasons. A decision is a value: nothing is thrown until somebody insists on the grant.</summary>
public sealed class AccessDecision<TGrant>
    where TGrant : Grant
{
    internal AccessDecision(TGrant? grant, string reason, IReadOnlyList<string> explanation) =>
        (Grant, Reason, Explanation) = (grant, reason, explanation);

    /// <summary>The proof that it is allowed; <c>null</c>: it is not.</summary>
    public TGrant? Grant { get; }

    /// <summary>Whether it is allowed.</summary>
    [MemberNotNullWhen(true, nameof(Grant))]
    public bool IsAllowed => Grant is not null;

    /// <summary>One sentence for the caller, who may know it: they proved who they are.</summary>
    public string Reason { get; }

    /// <summary>What each role contributed, in order, for <c>access explain</c>.</summary>
    public IReadOnlyList<string> Explanation { get; }

    /// <summary>The grant.</summary>
    /// <exception cref="TeleportException">Code <c>access_denied</c>: it is not allowed.</exception>
    public TGrant Require() => Grant ?? throw TeleportException.AccessDenied(Reason);
}
