using Teleport.Abstractions.Resources;

namespace Teleport.Auth.Stores;

/// <summary>The cluster's settings as they are now.</summary>
internal sealed class ClusterSettings(ResourceStore resources)
{
    public async ValueTask<AuthPreferenceSpec> AuthPreferenceAsync(CancellationToken cancellationToken) =>
        (await resources.FindAsync<AuthPreference>(ResourceKinds.AuthPreference, AuthPreference.SingletonName, cancellationToken))?.Spec ?? new();
}
