using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;

namespace Teleport.Abstractions.AccessPlugins;

/// <summary>What an access plugin is given. Valid as long as the plugin lives; safe for use by several threads.</summary>
public interface IAccessPluginContext
{
    /// <summary>The instance's name, as <c>slack</c>.</summary>
    string Name { get; }

    /// <summary>The cluster that it speaks for.</summary>
    string ClusterName { get; }

    /// <summary>
    /// For calls of the service: repeats what may be repeated, obeys <c>Retry-After</c>, limits time, size and rate, and throws
    /// <see cref="AccessPluginException"/> for what it cannot mend: no connection, 401, 403, 429, 5xx. Other answers come back as they are.
    /// Redirects are not followed. The host disposes it.
    /// </summary>
    HttpClient Http { get; }

    /// <summary>The clock.</summary>
    TimeProvider Time { get; }

    /// <summary>Logging and whatever else plugins are promised.</summary>
    IServiceProvider Services { get; }

    /// <summary>The present value of a secret: files are read again when they change. Read it for each use.</summary>
    /// <exception cref="AccessPluginException">Of kind <see cref="AccessPluginFailure.Unauthorized"/>: it cannot be read; says why.</exception>
    Secret ReadSecret(SecretSource source);
}
