using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>Resources in the backend: JSON without revision and expiry, which the item itself carries.</summary>
internal sealed class ResourceStore(IBackend backend)
{
    public IBackend Backend => backend;

    public async ValueTask<T?> FindAsync<T>(string kind, string name, CancellationToken cancellationToken)
        where T : Resource =>
        // Names come from callers: what cannot be a key is not there.
        ResourceMetadata.IsValidName(name) && await backend.GetAsync(Keys.Resource(kind, name), cancellationToken) is { } item
            ? (T)FromItem(kind, item)
            : null;

    public async IAsyncEnumerable<Resource> ListAsync(string kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BackendItem item in backend.ListAsync(Keys.Kind(kind), cancellationToken))
        {
            yield return FromItem(kind, item);
        }
    }

    public async ValueTask<List<T>> ListAllAsync<T>(string kind, CancellationToken cancellationToken)
        where T : Resource
    {
        var all = new List<T>();
        await foreach (Resource resource in ListAsync(kind, cancellationToken))
        {
            all.Add((T)resource);
        }

        return all;
    }

    /// <summary>Writes a resource if it is not there yet.</summary>
    /// <exception cref="TeleportException">Code <c>conflict</c>.</exception>
    public async ValueTask<T> CreateAsync<T>(T resource, CancellationToken cancellationToken)
        where T : Resource
    {
        BackendKey key = KeyOf(resource);
        try
        {
            long revision = await backend.CreateAsync(key, Value(resource), resource.Metadata.Expires, cancellationToken);
            return WithRevision(resource, revision);
        }
        catch (BackendConflictException)
        {
            throw AlreadyExists(resource.Kind, resource.Metadata.Name);
        }
    }

    /// <summary>Writes a resource; with a revision in its metadata, only in place of that one.</summary>
    /// <exception cref="TeleportException">Code <c>conflict</c>: it was changed in between.</exception>
    public async ValueTask<T> UpsertAsync<T>(T resource, CancellationToken cancellationToken)
        where T : Resource
    {
        try
        {
            long revision = await backend.CommitAsync(new BackendCommit(Precondition(resource), [Put(resource)]), cancellationToken);
            return WithRevision(resource, revision);
        }
        catch (BackendConflictException)
        {
            throw Changed(resource.Kind, resource.Metadata.Name);
        }
    }

    /// <exception cref="TeleportException">Code <c>not_found</c>.</exception>
    public async ValueTask DeleteAsync(string kind, string name, CancellationToken cancellationToken)
    {
        try
        {
            await backend.DeleteAsync(Keys.Resource(kind, name), cancellationToken);
        }
        catch (BackendConflictException)
        {
            throw NotFound(kind, name);
        }
    }

    public static BackendKey KeyOf(Resource resource) => Keys.Resource(resource.Kind, resource.Metadata.Name);

    public static BackendOperation Put(Resource resource) => BackendOperation.Put(KeyOf(resource), Value(resource), resource.Metadata.Expires);

    public static IReadOnlyList<BackendCondition> Precondition(Resource resource) =>
        resource.Metadata.Revision is { } revision ? [new BackendCondition(KeyOf(resource), ParseRevision(resource, revision))] : [];

    public static ReadOnlyMemory<byte> Value(Resource resource)
    {
        byte[] json = ResourceJson.Serialize(resource with { Metadata = resource.Metadata with { Revision = null, Expires = null } });
        return json.Length <= IBackend.MaxValueBytes
            ? json
            : throw TeleportException.Limit($"The {resource.Kind} \"{resource.Metadata.Name}\" has {json.Length} bytes; the limit is {IBackend.MaxValueBytes}.");
    }

    public static Resource FromItem(string kind, BackendItem item)
    {
        Resource resource;
        try
        {
            resource = ResourceJson.Deserialize(kind, item.Value.Span);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The stored {kind} \"{item.Key.Name}\" cannot be read: {e.Message}", e);
        }

        return resource with
        {
            // Those that keep an expiry in the document are forgotten later than their time is over.
            Metadata = resource.Metadata with
            {
                Revision = item.Revision.ToString(CultureInfo.InvariantCulture), Expires = resource.Metadata.Expires ?? item.Expires,
            },
        };
    }

    public static T WithRevision<T>(T resource, long revision)
        where T : Resource =>
        (T)(resource with { Metadata = resource.Metadata with { Revision = revision.ToString(CultureInfo.InvariantCulture) } });

    public static TeleportException NotFound(string kind, string name) => TeleportException.NotFound($"{kind} \"{name}\" is not found");

    public static TeleportException AlreadyExists(string kind, string name) => TeleportException.Conflict($"{kind} \"{name}\" already exists");

    public static TeleportException Changed(string kind, string name) =>
        TeleportException.Conflict($"{kind} \"{name}\" was changed or deleted in between; read it again and repeat the change.");

    private static long ParseRevision(Resource resource, string revision) =>
        long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw TeleportException.Invalid($"metadata.revision of {resource.Kind} \"{resource.Metadata.Name}\" is \"{revision}\", which no stored resource ever had.");
}
