using System.CommandLine;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client;
using Teleport.Client.Logins;
using Teleport.Client.Profiles;
using Teleport.Client.Terminals;
using Teleport.Pki.Files;
using Teleport.Ssh.KeyAgent;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh login</c>.</summary>
internal sealed class LoginCommand : Command
{
    private const int DefaultWebPort = 3080;

    private readonly GlobalOptions _globals;
    private readonly Argument<string?> _cluster = new("cluster") { Arity = ArgumentArity.ZeroOrOne, Description = "Cluster to act in." };
    private readonly Option<string?> _out = new("--out", "-o") { Description = "Write an identity file in place of the profile." };
    private readonly Option<string> _format = new("--format") { DefaultValueFactory = static _ => "file", Description = "Format of --out: file or openssh." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the files of --out." };
    private readonly Option<string> _addKeys = new("--add-keys-to-agent", "-k") { DefaultValueFactory = static _ => "auto", Description = "Add the certificate to the key agent: auto, no, yes or only." };

    public LoginCommand(GlobalOptions globals)
        : base("login", "Log in to a cluster and get certificates.")
    {
        _globals = globals;
        Add(_cluster);
        Add(_out);
        Add(_format);
        Add(_overwrite);
        Add(_addKeys);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var store = ProfileStore.Default();
        NetworkAddress? named = _globals.ProxyAddress(parsed);
        Profile? known = store.Find(named?.Host);
        NetworkAddress proxy = (named?.Port is not null ? named : known?.WebAddress ?? named)?.WithDefaultPort(DefaultWebPort)
            ?? throw TeleportException.Invalid("No proxy address specified, missed --proxy flag? Use: tsh login --proxy=HOST:PORT");
        string user = _globals.UserName(parsed, known);
        bool insecure = parsed.GetValue(_globals.Insecure);
        if (insecure)
        {
            await Console.Error.WriteLineAsync($"WARNING: You are using insecure connection to SSH proxy https://{proxy.ToHostPort()}");
        }

        string? output = parsed.GetValue(_out);
        if (output is null && known is not null && known.User == user && known.WebAddress == proxy
            && store.FindIdentity(known) is { } current && !current.IsExpired(TimeProvider.System))
        {
            RequireOwnCluster(parsed.GetValue(_cluster), known.Cluster);
            await Console.Out.WriteAsync(StatusText.Format(store, verbose: false));
            return 0;
        }

        (Profile profile, IdentityFile identity) = await new LoginFlow(new TerminalPrompts(), TimeProvider.System).RunAsync(
            new LoginRequest
            {
                Proxy = proxy,
                User = user,
                Connector = _globals.ConnectorName(parsed),
                Ttl = parsed.GetValue(_globals.TtlMinutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
                CertificateFormat = parsed.GetValue(_globals.CertificateFormat) ?? "standard",
                Insecure = insecure,
            },
            cancellationToken);
        RequireOwnCluster(parsed.GetValue(_cluster), profile.Cluster);
        if (output is not null)
        {
            await WriteIdentityAsync(output, parsed.GetValue(_format)!, identity, parsed.GetValue(_overwrite));
            return 0;
        }

        store.Save(profile, identity);
        await AddToAgentAsync(parsed.GetValue(_addKeys)!, profile, identity, cancellationToken);
        await Console.Out.WriteAsync(StatusText.Format(store, verbose: false));
        return 0;
    }

    private static void RequireOwnCluster(string? wanted, string cluster)
    {
        if (wanted is not null && wanted != cluster)
        {
            throw TeleportException.NotFound($"cluster {Names.Printable(wanted)} not found; this proxy serves {cluster}");
        }
    }

    private static async Task WriteIdentityAsync(string output, string format, IdentityFile identity, bool overwrite)
    {
        switch (format)
        {
            case "file":
                PrivateFiles.WriteNew(output, identity.Format(), overwrite);
                await Console.Out.WriteLineAsync($"\nThe certificate has been written to {output}");
                break;
            case "openssh":
                PrivateFiles.WriteNew(output, identity.PrivateKey, overwrite);
                PrivateFiles.WriteNew(output + "-cert.pub", identity.SshCertificate!.ToAuthorizedKeysLine() + "\n", overwrite);
                await Console.Out.WriteLineAsync($"\nThe certificate has been written to {output},{output}-cert.pub");
                break;
            default:
                throw TeleportException.Invalid($"--format is \"{format}\": expected file or openssh.");
        }
    }

    private static async Task AddToAgentAsync(string mode, Profile profile, IdentityFile identity, CancellationToken cancellationToken)
    {
        if (mode == "no")
        {
            return;
        }

        await using SshAgentClient? agent = await SshAgentClient.TryConnectAsync(cancellationToken);
        if (agent is null)
        {
            return;
        }

        try
        {
            TimeSpan? life = identity.SshCertificate!.ValidBefore - TimeProvider.System.GetUtcNow();
            using Ssh.Keys.SshPrivateKey key = identity.OpenSshKey();
            await agent.AddAsync(
                key, identity.SshCertificate, $"teleport:{profile.User}", new SshAgentConstraints { Lifetime = life }, cancellationToken);
        }
        catch (Exception e) when (e is Ssh.SshException or IOException)
        {
            await Console.Error.WriteLineAsync($"warning: the key agent did not take the certificate: {Names.Printable(e.Message)}");
        }
    }
}
