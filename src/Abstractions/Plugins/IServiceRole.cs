namespace Teleport.Abstractions.Plugins;

/// <summary>A supervised, long-running service: auth, proxy, node and the like.</summary>
/// <remarks>Constructors do no work. An instance is run once; after a failure the host makes a new one and waits longer each time.</remarks>
public interface IServiceRole
{
    /// <summary>Serves until it is told to drain and its work is done.</summary>
    /// <param name="context">How the role is told to drain and how it reports its health.</param>
    /// <param name="abort">Fires when the time for draining is over: drop everything and return.</param>
    /// <returns>Ends when the role has drained. Ending earlier, or throwing, is a failure that the host reports and mends by a restart.</returns>
    Task RunAsync(IServiceRoleContext context, CancellationToken abort);
}
