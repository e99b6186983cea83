using System.Collections.Concurrent;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Storage;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Logins;

/// <summary>The connectors by which users prove who they are.</summary>
internal sealed class CredentialConnectors(IInstanceServices instance, IBackend backend, string clusterName)
{
    private const string LocalType = "local";
    private readonly ConcurrentDictionary<string, ICredentialConnector> _connectors = new(StringComparer.Ordinal);

    /// <summary>The connector of a login.</summary>
    /// <param name="name">As asked for; empty: the cluster's default.</param>
    /// <param name="preference">The cluster's settings.</param>
    public ICredentialConnector For(string name, AuthPreferenceSpec preference)
    {
        string wished = name.Length > 0 ? name : preference.ConnectorName ?? preference.Type;
        if (wished != LocalType)
        {
            throw TeleportException.NotFound($"connector \"{(wished.Length > 64 ? wished[..64] : wished)}\" is not found, or does not take passwords.");
        }

        // Refused before a password is looked at.
        return preference.AllowLocalAuth
            ? Local
            : throw TeleportException.AccessDenied("Logins by password are switched off in this cluster (local_auth: no).");
    }

    /// <summary>The connector of local users.</summary>
    public ICredentialConnector Local => _connectors.GetOrAdd(LocalType, type =>
    {
        IAuthConnector connector = instance.CreateConnector(type, new ConnectorContext(clusterName, type, backend, Keys.Connector(type)));
        return connector as ICredentialConnector
            ?? throw new InvalidOperationException($"The connector \"{type}\" of an installed plugin does not check credentials.");
    });
}
