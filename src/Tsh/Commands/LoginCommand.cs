using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Client;
using Teleport.Client.Commands;
using Teleport.Client.Profiles;
using Teleport.Client.Requests;
using Teleport.Client.Terminals;
using Teleport.Client.Web;
using Teleport.Pki.Files;
using Teleport.Tsh.Requests;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh login</c>.</summary>
internal sealed class LoginCommand : Command
{
    private readonly GlobalOptions _globals;
    private readonly Argument<string?> _cluster = new("cluster") { Arity = ArgumentArity.ZeroOrOne, Description = "Cluster to act in." };
    private readonly Option<string?> _out = new("--out", "-o") { Description = "Write an identity file in place of the profile." };
    private readonly Option<string> _format = new("--format") { DefaultValueFactory = static _ => "file", Description = "Format of --out: file or openssh." };
    private readonly RequestOptions _request = new("--request-");
    private readonly Option<string?> _requestId = new("--request-id") { Description = "Log in with an access request that is, or will be, approved." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the files of --out." };

    public LoginCommand(GlobalOptions globals)
        : base("login", "Log in to a cluster and get certificates.")
    {
        _globals = globals;
        Add(_cluster);
        Add(_out);
        Add(_format);
        Add(_overwrite);
        Add(RefusedOption.Create("this version has no access to Kubernetes clusters", "--kube-cluster"));
        _request.AddTo(this);
        Add(_requestId);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (_globals.IdentityFile(parsed) is not null)
        {
            throw TeleportException.Invalid("--identity and login exclude each other: an identity file is a login already.");
        }

        var store = ProfileStore.Default(Console.Error);
        var runner = new LoginRunner(_globals, store);
        ProxyAddress proxy = await ProxyAsync(parsed, store, runner, cancellationToken)
            ?? throw TeleportException.Invalid("No proxy address specified, missed --proxy flag? Use: tsh login --proxy=HOST:PORT");
        string? cluster = parsed.GetValue(_cluster);
        CreateAccessRequestRequest wish = _request.Read(parsed);
        string? requestId = parsed.GetValue(_requestId);
        if (requestId is not null && wish.Roles.Count > 0)
        {
            throw TeleportException.Invalid("--request-id and --request-roles exclude each other: the one takes up a request, the other makes one.");
        }

        if (parsed.GetValue(_out) is { } output)
        {
            if (requestId is not null || wish.Roles.Count > 0)
            {
                throw TeleportException.Invalid("--out and access requests exclude each other. First log in with the request, then write the file: tctl auth sign, or copy the profile's.");
            }

            string format = parsed.GetValue(_format)!;
            await RequireFreeAsync(output, format, parsed.GetValue(_overwrite), cancellationToken);
            Profile? known = await runner.FindKnownAsync(proxy, cancellationToken);
            (_, IdentityFile identity) = await runner.AskAsync(parsed, proxy, known, cluster, cancellationToken);
            await WriteIdentityAsync(output, format, identity);
            return 0;
        }

        bool isFresh = false;
        if (await FindValidAsync(parsed, store, proxy, cancellationToken) is { } valid)
        {
            if (cluster is not null && cluster != valid.Cluster)
            {
                throw TeleportException.NotFound($"cluster {cluster} not found; this proxy serves {valid.Cluster}");
            }

            await store.SelectAsync(valid, cancellationToken);
        }
        else
        {
            await runner.LogInAsync(parsed, proxy, cluster, cancellationToken);
            isFresh = true;
        }

        if (requestId is not null || wish.Roles.Count > 0 || isFresh)
        {
            await RequestAsync(parsed, store, wish, requestId, cancellationToken);
        }

        await Console.Out.WriteAsync(StatusText.Format((await store.ListAsync(cancellationToken)).Where(static login => login.IsCurrent), verbose: false));
        return 0;
    }

    /// <summary>Takes up a request, makes one, or, right after a login, makes the one that the user's roles want.</summary>
    private async Task RequestAsync(ParseResult parsed, ProfileStore store, CreateAccessRequestRequest wish, string? requestId, CancellationToken cancellationToken)
    {
        var flow = new RequestFlow(_globals, store, Console.Error);
        StoredLogin current = (await store.FindAsync(null, cancellationToken))!;
        var login = new ActiveLogin(current.Profile, current.Identity!, IsStored: true);
        AccessRequest? request;
        if (requestId is null && wish.Roles.Count == 0)
        {
            request = await flow.CreateAtLoginAsync(login, wish, cancellationToken);
        }
        else
        {
            await using AuthClient auth = login.OpenAuth();
            request = requestId is null
                ? await RequestFlow.CreateAsync(auth, wish, cancellationToken)
                : RequestCalls.Read(await auth.AccessRequests.GetAsync(new GetAccessRequestRequest { Id = requestId }, cancellationToken: cancellationToken));
        }

        if (request is not null && parsed.GetValue(_request.NoWait))
        {
            await Console.Error.WriteLineAsync($"Requested (id: {request.Metadata.Name}). Take it up when it is approved: tsh login --request-id={request.Metadata.Name}");
        }
        else if (request is not null)
        {
            await flow.PickUpAsync(parsed, login, request, cancellationToken);
        }
    }

    /// <summary>The proxy that was named, with the port that it was reached by before; else the one of the last login.</summary>
    private async Task<ProxyAddress?> ProxyAsync(ParseResult parsed, ProfileStore store, LoginRunner runner, CancellationToken cancellationToken)
    {
        if (_globals.Proxy(parsed) is { } named)
        {
            return named.WebPort is null && await runner.FindKnownAsync(named, cancellationToken) is { } known
                ? named with { WebPort = known.WebAddress.Port }
                : named;
        }

        // Read as far as it can be: a damaged one has no address.
        StoredLogin? current = (await store.ListAsync(cancellationToken)).FirstOrDefault(static login => login.IsCurrent);
        return current is null ? null : new ProxyAddress(current.Profile.ProxyHost, current.Profile.WebAddress.Port);
    }

    /// <summary>A login that is good still, of the user that is meant; <c>null</c>: there is none, or it is damaged and to be replaced.</summary>
    private async Task<Profile?> FindValidAsync(ParseResult parsed, ProfileStore store, ProxyAddress proxy, CancellationToken cancellationToken)
    {
        try
        {
            StoredLogin? login = await store.FindAsync(proxy.Host, cancellationToken);
            return login?.Identity is { } identity && !identity.IsExpired(TimeProvider.System) && identity.HostAuthorities.Count > 0
                && (_globals.User(parsed) ?? login.Profile.User) == login.Profile.User
                && (proxy.WebPort ?? login.Profile.WebAddress.Port) == login.Profile.WebAddress.Port
                ? login.Profile
                : null;
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Invalid)
        {
            return null;
        }
    }

    private static IReadOnlyList<string> FilesOf(string output, string format) => format switch
    {
        "file" => [output],
        "openssh" => [output, output + "-cert.pub"],
        _ => throw TeleportException.Invalid($"--format is \"{format}\": expected file or openssh."),
    };

    /// <summary>Asks before it replaces files; without anybody to ask, refuses.</summary>
    private static async Task RequireFreeAsync(string output, string format, bool overwrite, CancellationToken cancellationToken)
    {
        string[] taken = [.. FilesOf(output, format).Where(File.Exists)];
        if (overwrite || taken.Length == 0)
        {
            return;
        }

        string names = Names.Printable(string.Join(", ", taken));
        if (!LocalTerminal.IsInput || await new TerminalPrompts().AskAsync($"{names} exists already. Replace it? [y/N]", cancellationToken) is not ("y" or "Y" or "yes"))
        {
            throw TeleportException.Conflict($"{names} exists already. Use --overwrite to replace it, or another name.");
        }
    }

    private static async Task WriteIdentityAsync(string output, string format, IdentityFile identity)
    {
        if (format == "openssh")
        {
            PrivateFiles.Write(output, identity.PrivateKey);
            PrivateFiles.Write(output + "-cert.pub", identity.SshCertificate!.ToAuthorizedKeysLine() + "\n");
        }
        else
        {
            PrivateFiles.Write(output, identity.Format());
        }

        await Console.Out.WriteLineAsync($"\nThe certificate has been written to {string.Join(',', FilesOf(output, format))}");
    }
}
