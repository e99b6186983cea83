using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Client.Logins;
using Teleport.Client.Profiles;
using Teleport.Client.Terminals;
using Teleport.Client.Web;
using Teleport.Pki.Files;

namespace Teleport.Tsh;

/// <summary>Logs in by what was typed, and keeps the login.</summary>
internal sealed class LoginRunner(GlobalOptions globals, ProfileStore store)
{
    /// <summary>Logs in, stores the login and gives it to the key agent.</summary>
    public async Task<Profile> LogInAsync(ParseResult parsed, ProxyAddress proxy, string? cluster, CancellationToken cancellationToken)
    {
        bool? addsKeys = globals.AddsKeysToAgent(parsed);
        (Profile profile, IdentityFile identity) = await AskAsync(parsed, proxy, await FindKnownAsync(proxy, cancellationToken), cluster, cancellationToken);
        await store.SaveAsync(profile, identity, cancellationToken);
        if (addsKeys != false)
        {
            await AgentKeys.AddAsync(profile, identity, isWanted: addsKeys == true, cancellationToken);
        }

        return profile;
    }

    /// <summary>Logs in without keeping anything.</summary>
    public async Task<(Profile Profile, IdentityFile Identity)> AskAsync(
        ParseResult parsed, ProxyAddress proxy, Profile? known, string? cluster, CancellationToken cancellationToken)
    {
        LoginRequest request = globals.Request(parsed, proxy, known);
        (Profile profile, IdentityFile identity) = await new LoginFlow(new TerminalPrompts(), Console.Error, TimeProvider.System).RunAsync(request, cancellationToken);
        return cluster is null || cluster == profile.Cluster
            ? (profile, identity)
            : throw TeleportException.NotFound($"cluster {cluster} not found; this proxy serves {profile.Cluster}");
    }

    /// <summary>The profile of a proxy; a damaged one is set aside.</summary>
    public async Task<Profile?> FindKnownAsync(ProxyAddress proxy, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.FindAsync(proxy.Host, cancellationToken))?.Profile;
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Invalid)
        {
            await Console.Error.WriteLineAsync($"warning: {Names.Printable(e.Message)}");
            await store.SetAsideAsync(proxy.Host, cancellationToken);
            return null;
        }
    }
}
