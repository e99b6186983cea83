using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Auth.Joining;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Kinds;

/// <summary>Kinds that the system itself writes: presence, authorities, the cluster's name.</summary>
internal sealed class ReadOnlyKind(ResourceStore resources, HostRegistry hosts, string kind) : IResourceKind
{
    public string Kind => kind;

    public async ValueTask<Resource?> FindAsync(string name, CancellationToken cancellationToken) =>
        await resources.FindAsync<Resource>(kind, name, cancellationToken);

    public IAsyncEnumerable<Resource> ListAsync(CancellationToken cancellationToken) => resources.ListAsync(kind, cancellationToken);

    public ValueTask<Resource> WriteAsync(ResourceGrant grant, Resource resource, bool create, CancellationToken cancellationToken) =>
        throw TeleportException.Invalid($"Resources of kind {kind} are written by the system only.");

    /// <summary>A node can be removed: it goes away until it announces itself again, and its host id is free.</summary>
    public async ValueTask DeleteAsync(ResourceGrant grant, string name, CancellationToken cancellationToken)
    {
        if (kind != ResourceKinds.Node)
        {
            throw TeleportException.Invalid($"Resources of kind {kind} are not deleted by hand.");
        }

        await resources.DeleteAsync(kind, name, cancellationToken);
        await hosts.ForgetAsync(name, CancellationToken.None);
    }

    public Resource WithoutSecrets(Resource resource) => StripAuthority(resource);

    /// <summary>An authority without its private keys; anything else as it is.</summary>
    public static Resource StripAuthority(Resource resource) => resource is CertAuthority authority
        ? authority with
        {
            Spec = authority.Spec with
            {
                ActiveKeys = Strip(authority.Spec.ActiveKeys), AdditionalTrustedKeys = Strip(authority.Spec.AdditionalTrustedKeys),
            },
        }
        : resource;

    private static AuthorityKeySet Strip(AuthorityKeySet keys) => new()
    {
        Ssh = [.. keys.Ssh.Select(static k => k with { PrivateKey = null })],
        Tls = [.. keys.Tls.Select(static k => k with { PrivateKey = null })],
    };
}
