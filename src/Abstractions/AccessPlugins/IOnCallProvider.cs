namespace Teleport.Abstractions.AccessPlugins;

/// <summary>Knows who is on call. A request of a person who is may be approved at once, where a role says so.</summary>
public interface IOnCallProvider
{
    /// <summary>Key of the annotation whose values name the rotas that count; never one that means to page somebody.</summary>
    string Annotation { get; }

    /// <summary>Finds out whether a person is on call now.</summary>
    /// <param name="userName">The requester.</param>
    /// <param name="rotas">Values of the annotation; one is enough.</param>
    /// <param name="roles">The roles asked for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>For people, as <c>alice is on call for Payments</c>; <c>null</c>: not on call, or not known.</returns>
    Task<string?> FindShiftAsync(string userName, IReadOnlyList<string> rotas, IReadOnlyList<string> roles, CancellationToken cancellationToken);
}
