using Teleport.Abstractions.Resources;

namespace Teleport.Abstractions.Security;

/// <summary>A user may ask for access: with exactly this request, complete with times, thresholds and annotations.</summary>
public sealed class AccessRequestGrant : Grant
{
    internal AccessRequestGrant(Caller caller, AccessRequest request)
        : base(caller) => Request = request;

    /// <summary>The request to store. It has no name yet.</summary>
    public AccessRequest Request { get; }
}
