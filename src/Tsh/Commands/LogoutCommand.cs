using System.CommandLine;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh logout</c>.</summary>
internal sealed class LogoutCommand : Command
{
    public LogoutCommand(GlobalOptions globals)
        : base("logout", "Forget keys and certificates, of one proxy and user or of all.") => SetAction(async (parsed, _) =>
    {
        var store = ProfileStore.Default();
        NetworkAddress? proxy = globals.ProxyAddress(parsed);
        string? user = parsed.GetValue(globals.User);
        if (proxy is null != user is null)
        {
            throw TeleportException.Invalid("Specify both --proxy and --user to log out of one proxy, or neither to log out of all.");
        }

        if (proxy is null)
        {
            foreach (Profile profile in store.List())
            {
                store.Remove(profile);
            }

            await Console.Out.WriteLineAsync("Logged out all users from all proxies.");
            return 0;
        }

        if (store.Find(proxy.Host) is not { } known || known.User != user || !store.Remove(known))
        {
            await Console.Out.WriteLineAsync($"User {user} already logged out from {proxy.Host}.");
            return 1;
        }

        await Console.Out.WriteLineAsync($"Logged out {user} from {proxy.Host}.");
        return 0;
    });
}
