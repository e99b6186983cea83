using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Client.Web;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh logout</c>.</summary>
internal sealed class LogoutCommand : Command
{
    private readonly GlobalOptions _globals;

    public LogoutCommand(GlobalOptions globals)
        : base("logout", "Forget keys and certificates, of one proxy and user or of all.")
    {
        _globals = globals;
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var store = ProfileStore.Default(Console.Error);
        ProxyAddress? proxy = _globals.Proxy(parsed);
        string? user = _globals.User(parsed);
        switch (proxy, user)
        {
            case (null, null):
                foreach (StoredLogin login in await store.ListAsync(cancellationToken))
                {
                    await ForgetAsync(store, login, cancellationToken);
                }

                // And what could not be read.
                await store.RemoveAllAsync(cancellationToken);
                await Console.Out.WriteLineAsync("Logged out all users from all proxies.");
                return 0;

            case ({ } host, { } name):
                StoredLogin? known = (await store.ListAsync(cancellationToken)).FirstOrDefault(login => login.Profile.ProxyHost == host.Host);
                if (known?.Profile.User != name || !await ForgetAsync(store, known, cancellationToken))
                {
                    await Console.Out.WriteLineAsync($"User {Names.Printable(name)} already logged out from {host.Host}.");
                    return 1;
                }

                await Console.Out.WriteLineAsync($"Logged out {name} from {host.Host}.");
                return 0;

            default:
                throw TeleportException.Invalid("Specify both --proxy and --user to log out of one proxy, or neither to log out of all.");
        }
    }

    private static async Task<bool> ForgetAsync(ProfileStore store, StoredLogin login, CancellationToken cancellationToken)
    {
        if (login.Identity?.Certificate is { } certificate)
        {
            await AgentKeys.RemoveAsync(certificate.Key, cancellationToken);
        }

        return await store.RemoveAsync(login.Profile, cancellationToken);
    }
}
