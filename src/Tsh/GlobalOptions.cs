using System.CommandLine;
using System.Globalization;
using Teleport.Abstractions.Errors;
using Teleport.Client.Commands;
using Teleport.Client.Logins;
using Teleport.Client.Output;
using Teleport.Client.Profiles;
using Teleport.Client.Web;

namespace Teleport.Tsh;

/// <summary>Options that every command takes, before or after its name, and what they mean together with the environment.</summary>
/// <param name="variable">The environment; <c>null</c>: that of this process.</param>
internal sealed class GlobalOptions(Func<string, string?>? variable = null)
{
    private readonly Func<string, string?> _variable = variable ?? Environment.GetEnvironmentVariable;
    private readonly Option<string?> _proxy = new("--proxy") { Description = "Address of the proxy, HOST[:WEB-PORT[,SSH-PORT]] (TELEPORT_PROXY).", Recursive = true };
    private readonly Option<string?> _user = new("--user") { Description = "Teleport user (TELEPORT_USER).", Recursive = true };
    private readonly Option<string?> _login = new("--login", "-l") { Description = "Login on the remote host (TELEPORT_LOGIN).", Recursive = true };
    private readonly Option<string?> _connector = new("--auth") { Description = "Connector to log in by (TELEPORT_AUTH).", Recursive = true };
    private readonly Option<string?> _ttl = new("--ttl") { Description = "Wished life of the certificates: minutes, or as 1h30m.", Recursive = true };
    private readonly Option<string?> _identity = new("--identity", "-i") { Description = "Act with an identity file, and touch no profile (TELEPORT_IDENTITY_FILE).", Recursive = true };
    private readonly Option<string?> _certificateFormat = new("--cert-format") { Description = "Layout of SSH certificates: standard or oldssh.", Recursive = true };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Do not verify the proxy's certificate. For tests only.", Recursive = true };
    private readonly Option<bool> _skipVersionCheck = new("--skip-version-check") { Description = "Log in although the cluster expects a newer tsh.", Recursive = true };
    private readonly Option<string?> _addKeys = new("--add-keys-to-agent", "-k") { Description = "Add logins to the key agent: auto, no or yes (TELEPORT_ADD_KEYS_TO_AGENT).", Recursive = true };
    private readonly Option<bool?> _useAgent = new("--use-local-ssh-agent") { Hidden = true, Recursive = true };

    public Option<bool> Debug { get; } = new("--debug", "-d") { Description = "Say more when something fails (TELEPORT_DEBUG).", Recursive = true };

    /// <summary>Of the commands that go to a cluster.</summary>
    public Option<string?> Cluster { get; } = new("--cluster") { Description = "The cluster (TELEPORT_CLUSTER)." };

    private static Option[] Refused =>
    [
        RefusedOption.Create("name the proxy to go through by --proxy", "--jumphost", "-J"),
        RefusedOption.Create("this version logs in by passwords only, without a browser", "--bind-addr"),
        RefusedOption.Create("this version logs in by passwords only, without a browser", "--callback"),
        RefusedOption.Create("this version logs in by passwords only, without a browser", "--browser"),
        RefusedOption.Create("this version has no headless logins", "--headless"),
        RefusedOption.Create("the second factor is a one-time code", "--mfa-mode"),
        RefusedOption.Create("there are no namespaces", "--namespace"),
        RefusedOption.Create("it is of the implementation in Go", "--gops"),
    ];

    public void AddTo(RootCommand root)
    {
        foreach (Option option in new Option[] { _proxy, _user, _login, _connector, _ttl, _identity, _certificateFormat, _insecure, _skipVersionCheck, _addKeys, _useAgent, Debug })
        {
            root.Add(option);
        }

        foreach (Option option in Refused)
        {
            option.Recursive = true;
            root.Add(option);
        }
    }

    /// <summary>The proxy that was named, or <c>null</c>.</summary>
    public ProxyAddress? Proxy(ParseResult parsed) => Value(parsed, _proxy, "TELEPORT_PROXY") is { } text ? ProxyAddress.Parse(text) : null;

    /// <summary>The user that was named, or <c>null</c>.</summary>
    public string? User(ParseResult parsed) => Value(parsed, _user, "TELEPORT_USER");

    /// <summary>The login on nodes where none is named with the host.</summary>
    public string Login(ParseResult parsed) => Value(parsed, _login, "TELEPORT_LOGIN") ?? Environment.UserName;

    /// <summary>The identity file that takes the place of a profile, or <c>null</c>.</summary>
    public string? IdentityFile(ParseResult parsed) => Value(parsed, _identity, "TELEPORT_IDENTITY_FILE");

    /// <summary>The cluster that was named, or <c>null</c>.</summary>
    public string? ClusterName(ParseResult parsed) => Value(parsed, Cluster, "TELEPORT_CLUSTER") ?? Variable("TELEPORT_SITE");

    public bool IsInsecure(ParseResult parsed) => parsed.GetValue(_insecure);

    /// <summary>What to ask of a proxy.</summary>
    public LoginRequest Request(ParseResult parsed, ProxyAddress proxy, Profile? known) => new()
    {
        Proxy = proxy,
        User = User(parsed) ?? known?.User ?? Environment.UserName,
        Connector = Value(parsed, _connector, "TELEPORT_AUTH"),
        Ttl = Ttl(parsed),
        CertificateFormat = parsed.GetValue(_certificateFormat) switch
        {
            null or "standard" => "standard",
            "oldssh" => "oldssh",
            var other => throw TeleportException.Invalid($"--cert-format is \"{other}\": expected standard or oldssh."),
        },
        Insecure = IsInsecure(parsed),
        SkipVersionCheck = parsed.GetValue(_skipVersionCheck),
    };

    /// <summary>Whether logins are added to the key agent; <c>null</c>: if there is one.</summary>
    public bool? AddsKeysToAgent(ParseResult parsed)
    {
        bool isOff = parsed.GetValue(_useAgent) == false || Variable("TELEPORT_USE_LOCAL_SSH_AGENT") is "0" or "false" or "no";
        return Value(parsed, _addKeys, "TELEPORT_ADD_KEYS_TO_AGENT") switch
        {
            "no" => false,
            "yes" => true,
            null or "auto" => isOff ? false : null,
            "only" => throw TeleportException.Invalid("--add-keys-to-agent=only is not supported: the profile keeps the keys. Use auto, no or yes."),
            var other => throw TeleportException.Invalid($"--add-keys-to-agent is \"{other}\": expected auto, no or yes."),
        };
    }

    private TimeSpan? Ttl(ParseResult parsed) => parsed.GetValue(_ttl) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int minutes) => minutes > 0
            ? TimeSpan.FromMinutes(minutes)
            : throw TeleportException.Invalid("--ttl must be at least 1 minute."),
        var text => DurationText.Parse(text, "--ttl"),
    };

    private string? Value(ParseResult parsed, Option<string?> option, string name) => parsed.GetValue(option) ?? Variable(name);

    private string? Variable(string name) => _variable(name) is { Length: > 0 } value ? value : null;
}
