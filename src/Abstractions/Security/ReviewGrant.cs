using Teleport.Abstractions.Resources;

namespace Teleport.Abstractions.Security;

/// <summary>A user may review a request: with exactly this review.</summary>
public sealed class ReviewGrant : Grant
{
    internal ReviewGrant(Caller caller, AccessRequest request, AccessReview review)
        : base(caller) => (Request, Review) = (request, review);

    /// <summary>The request that was checked.</summary>
    public AccessRequest Request { get; }

    /// <summary>The review, with the thresholds that it counts for.</summary>
    public AccessReview Review { get; }
}
