using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Auth.Kinds;

/// <summary>How resources of a kind are kept and changed through the API. Permission was checked before any of this is called.</summary>
internal interface IResourceKind
{
    /// <summary>The kind, as <c>role</c>.</summary>
    string Kind { get; }

    ValueTask<Resource?> FindAsync(string name, CancellationToken cancellationToken);

    IAsyncEnumerable<Resource> ListAsync(CancellationToken cancellationToken);

    /// <summary>Writes a resource and puts that on record.</summary>
    /// <param name="grant">That the caller may.</param>
    /// <param name="resource">What to write.</param>
    /// <param name="create">Whether it must not be there yet.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="TeleportException">It is not sound, is there already, was changed in between, or is not written this way.</exception>
    ValueTask<Resource> WriteAsync(ResourceGrant grant, Resource resource, bool create, CancellationToken cancellationToken);

    /// <summary>Deletes a resource and puts that on record.</summary>
    ValueTask DeleteAsync(ResourceGrant grant, string name, CancellationToken cancellationToken);

    /// <summary>The resource as it is shown to those who may not see secrets.</summary>
    Resource WithoutSecrets(Resource resource);
}
