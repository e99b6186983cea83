using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Tsh;

/// <summary>Options of OpenSSH that <c>-o</c> gives: some are honoured, other known ones warned of, unknown ones refused.</summary>
internal sealed record SshOptions
{
    private static readonly HashSet<string> KnownToOpenSsh = new(StringComparer.OrdinalIgnoreCase)
    {
        "AddKeysToAgent", "AddressFamily", "BatchMode", "BindAddress", "BindInterface", "CanonicalDomains", "CanonicalizeHostname", "CASignatureAlgorithms", "CertificateFile",
        "CheckHostIP", "Ciphers", "ClearAllForwardings", "Compression", "ConnectionAttempts", "ConnectTimeout", "ControlMaster", "ControlPath",
        "ControlPersist", "DynamicForward", "EscapeChar", "ExitOnForwardFailure", "FingerprintHash", "ForkAfterAuthentication", "ForwardX11",
        "ForwardX11Timeout", "ForwardX11Trusted", "GatewayPorts", "GlobalKnownHostsFile", "GSSAPIAuthentication", "GSSAPIDelegateCredentials",
        "HashKnownHosts", "HostbasedAuthentication", "HostKeyAlgorithms", "HostKeyAlias", "Hostname", "IdentitiesOnly", "IdentityAgent", "IdentityFile",
        "IPQoS", "KbdInteractiveAuthentication", "KexAlgorithms", "LocalCommand", "LocalForward", "LogLevel", "MACs", "NumberOfPasswordPrompts",
        "PasswordAuthentication", "PermitLocalCommand", "PermitRemoteOpen", "PKCS11Provider", "Port", "PreferredAuthentications", "ProxyCommand",
        "ProxyJump", "PubkeyAcceptedAlgorithms", "PubkeyAuthentication", "RekeyLimit", "RemoteCommand", "RemoteForward", "RequiredRSASize",
        "ServerAliveCountMax", "ServerAliveInterval", "SessionType", "StdinNull", "StreamLocalBindMask", "StreamLocalBindUnlink", "TCPKeepAlive",
        "Tunnel", "UpdateHostKeys", "User", "UserKnownHostsFile", "VerifyHostKeyDNS", "VisualHostKey", "XAuthLocation",
    };

    public bool? ForwardAgent { get; private init; }

    /// <summary><c>true</c>: ask for a terminal, <c>false</c>: never, <c>null</c>: if it makes sense.</summary>
    public bool? RequestTty { get; private init; }

    /// <summary>Whether to ask for it even where there is none here.</summary>
    public bool ForcesTty { get; private init; }

    public bool TrustsAnyHost { get; private init; }

    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; private init; } = [];

    /// <summary>Reads the values of all <c>-o</c>.</summary>
    public static SshOptions Parse(IEnumerable<string> texts, Action<string> warn, Func<string, string?> variable)
    {
        var options = new SshOptions();
        foreach (string text in texts)
        {
            int mark = text.IndexOfAny(['=', ' ']);
            if (mark <= 0 || mark == text.Length - 1)
            {
                throw TeleportException.Invalid($"invalid format for option: \"{Names.Printable(text)}\" is not Name=value.");
            }

            options = options.With(text[..mark].Trim(), text[(mark + 1)..].Trim(), warn, variable);
        }

        return options;
    }

    /// <summary>What is forwarded of the environment without being asked for, as OpenSSH is usually set up to: the language.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Locale(System.Collections.IDictionary environment) =>
        environment.Keys.Cast<string>()
            .Where(static name => name is "LANG" or "TELEPORT_SESSION" || name.StartsWith("LC_", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => KeyValuePair.Create(name, (string?)environment[name] ?? ""))
            .Where(static pair => pair.Value.Length > 0);

    private SshOptions With(string name, string value, Action<string> warn, Func<string, string?> variable)
    {
        switch (name.ToLowerInvariant())
        {
            case "forwardagent":
                return this with { ForwardAgent = YesOrNo(name, value) };

            case "requesttty":
                return this with
                {
                    RequestTty = value.ToLowerInvariant() switch { "yes" or "force" => true, "no" => false, "auto" => null, _ => throw Bad(name, value) },
                    ForcesTty = value.Equals("force", StringComparison.OrdinalIgnoreCase),
                };

            case "stricthostkeychecking":
                return this with { TrustsAnyHost = value.ToLowerInvariant() switch { "no" or "off" => true, "yes" or "ask" or "accept-new" => false, _ => throw Bad(name, value) } };

            case "setenv":
                int mark = value.IndexOf('=', StringComparison.Ordinal);
                return mark > 0
                    ? this with { Variables = [.. Variables, new(value[..mark], value[(mark + 1)..].Trim('"'))] }
                    : throw Bad(name, value);

            case "sendenv":
                return this with
                {
                    Variables = [.. Variables, .. value.Split(' ', ',').Where(v => variable(v) is not null).Select(v => KeyValuePair.Create(v, variable(v)!))],
                };

            default:
                if (!KnownToOpenSsh.Contains(name))
                {
                    throw TeleportException.Invalid(
                        $"unknown option \"{Names.Printable(name)}\". Honoured are ForwardAgent, RequestTTY, SendEnv, SetEnv and StrictHostKeyChecking.");
                }

                warn($"warning: the option {name} has no effect here");
                return this;
        }
    }

    private static bool YesOrNo(string name, string value) => value.ToLowerInvariant() switch
    {
        "yes" or "true" => true,
        "no" or "false" => false,
        _ => throw Bad(name, value),
    };

    private static TeleportException Bad(string name, string value) =>
        TeleportException.Invalid($"invalid format for option: {name} cannot be \"{Names.Printable(value)}\".");
}
