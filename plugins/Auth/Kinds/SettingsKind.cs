using System.Runtime.CompilerServices;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Auth.Audit;
using Teleport.Auth.Startup;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Kinds;

/// <summary>One of the cluster's settings through the API. What the file sets, only the file changes.</summary>
internal sealed class SettingsKind(ResourceStore resources, AuditPipeline audit, Resource defaults) : IResourceKind
{
    private readonly string _name = defaults.Metadata.Name;

    public string Kind => defaults.Kind;

    public async ValueTask<Resource?> FindAsync(string name, CancellationToken cancellationToken) =>
        name == _name ? await resources.FindAsync<Resource>(Kind, name, cancellationToken) : null;

    public async IAsyncEnumerable<Resource> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await FindAsync(_name, cancellationToken) is { } present)
        {
            yield return present;
        }
    }

    public async ValueTask<Resource> WriteAsync(ResourceGrant grant, Resource resource, bool create, CancellationToken cancellationToken)
    {
        // The name is given: people leave it out.
        Resource named = resource with { Metadata = resource.Metadata with { Name = _name, Expires = null } };
        Validate(named);
        return await ReplaceAsync(grant, named, SettingsOrigin.Dynamic, cancellationToken);
    }

    /// <summary>Back to the initial values.</summary>
    public async ValueTask DeleteAsync(ResourceGrant grant, string name, CancellationToken cancellationToken)
    {
        if (name != _name)
        {
            throw ResourceStore.NotFound(Kind, name);
        }

        await ReplaceAsync(grant, defaults, SettingsOrigin.Defaults, cancellationToken);
    }

    public Resource WithoutSecrets(Resource resource) => resource;

    private async ValueTask<Resource> ReplaceAsync(ResourceGrant grant, Resource next, string origin, CancellationToken cancellationToken)
    {
        if (await FindAsync(_name, cancellationToken) is { } present && SettingsOrigin.IsConfigFile(present))
        {
            throw TeleportException.Conflict(
                $"The {Kind} is set by the configuration file of the auth server. Change it there, or remove it there to manage it by tctl.");
        }

        var labels = new Dictionary<string, string>(next.Metadata.Labels ?? new Dictionary<string, string>()) { [SettingsOrigin.Label] = origin };
        Resource stored = await resources.UpsertAsync(next with { Metadata = next.Metadata with { Labels = labels } }, cancellationToken);
        await audit.EmitAsync(new SettingsUpdatedEvent { Kind = Kind, User = grant.Caller.Name, RemoteAddress = grant.Caller.RemoteAddress, Name = _name });
        return stored;
    }

    private static void Validate(Resource resource)
    {
        resource.Validate();
        switch (resource)
        {
            case AuthPreference { Spec: var spec }:
                Require(spec.SecondFactor is "off" or "otp", "spec.second_factor", "off or otp");
                Require(spec.Type is "local" or "github" or "oidc" or "saml", "spec.type", "local, github, oidc or saml");
                Require(Durations.Parse(spec.DefaultSessionTtl, "spec.default_session_ttl") is not null, "spec.default_session_ttl", "a duration, as 12h");
                break;
            case NetworkingConfig { Spec: var spec }:
                _ = Durations.Parse(spec.KeepAliveInterval, "spec.keep_alive_interval");
                _ = spec.ClientIdleTimeout is { } idle ? Durations.Parse(idle, "spec.client_idle_timeout") : null;
                Require(spec.KeepAliveCountMax is >= 1 and <= 1000, "spec.keep_alive_count_max", "from 1 to 1000");
                break;
            case RecordingConfig { Spec: var spec }:
                Require(spec.Mode is "node" or "off", "spec.mode", "node or off");
                break;
            default:
                throw new InvalidOperationException($"{resource.Kind} is no setting.");
        }
    }

    private static void Require(bool holds, string field, string expected)
    {
        if (!holds)
        {
            throw TeleportException.Invalid($"{field} must be {expected}.");
        }
    }
}
