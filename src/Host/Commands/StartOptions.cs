using System.CommandLine;
using Teleport.Hosting.Configuration;
using Teleport.Yaml;

namespace Teleport.Host.Commands;

/// <summary>The flags of <c>teleport start</c>.</summary>
internal sealed class StartOptions
{
    private readonly Option<string[]> _roles = List("--roles", "Services to run, as proxy,node,auth; wins over the file.", "-r");
    private readonly Option<string?> _listenIp = Text("--listen-ip", "Host part of all listeners that are not configured.", "-l");
    private readonly Option<string?> _advertiseIp = Text("--advertise-ip", "Address that others are told in place of the one listened on.");
    private readonly Option<string[]> _authServers = List("--auth-server", "Auth server or proxy to join by; may be repeated.");
    private readonly Option<string?> _token = Text("--token", "Join token, or the path of a file that holds it.");
    private readonly Option<string[]> _caPins = List("--ca-pin", "Pin of the cluster's authority, sha256:...; may be repeated.");
    private readonly Option<string?> _nodename = Text("--nodename", "Name of this host.");
    private readonly Option<string?> _dataDir = Text("--data-dir", "Folder that keeps the data.");
    private readonly Option<string[]> _labels = List("--labels", "Labels, as env=dev,kernel=[1h:\"uname -r\"].");
    private readonly Option<string?> _pidFile = Text("--pid-file", "File that gets the process id.");
    private readonly Option<string?> _diagAddr = Text("--diag-addr", "Address that serves /healthz, /readyz and /metrics.");
    private readonly Option<bool> _debug = new("--debug", "-d") { Description = "Logs debug messages to stderr." };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Does not verify web certificates. For tests only." };
    private readonly Option<bool> _permitUserEnv = new("--permit-user-env") { Description = "Reads ~/.tsh/environment on the node." };
    private readonly Option<bool> _skipVersionCheck = new("--skip-version-check") { Description = "Accepted, without effect.", Hidden = true };
    private readonly Option<string?> _appName = Text("--app-name", "Name of an application to serve.");
    private readonly Option<string?> _appUri = Text("--app-uri", "URL of the application.");
    private readonly Option<string?> _appPublicAddr = Text("--app-public-addr", "Host name of the application.");
    private readonly Option<string?> _dbName = Text("--db-name", "Name of a database to serve.");
    private readonly Option<string?> _dbProtocol = Text("--db-protocol", "Its protocol, as postgres.");
    private readonly Option<string?> _dbUri = Text("--db-uri", "Its address, as localhost:5432.");
    private readonly Option<string?> _dbCaCert = Text("--db-ca-cert", "File with the authority of its certificate.");
    private readonly Option<string?> _dbAwsRegion = Text("--db-aws-region", "Its AWS region.");

    // Known, so that the answer is better than "unknown flag".
    private readonly (Option Option, string Reason)[] _unsupported =
    [
        (new Option<bool>("--fips") { Hidden = true }, "this version has no FIPS mode"),
        (new Option<bool>("--insecure-no-tls") { Hidden = true }, "the proxy serves TLS only; give it a certificate by proxy_service.https_keypairs"),
        (new Option<string?>("--bootstrap") { Hidden = true }, "create the resources by tctl create once the cluster is up"),
        (new Option<string?>("--apply-on-startup") { Hidden = true }, "create the resources by tctl create once the cluster is up"),
        (new Option<string?>("--app-cloud") { Hidden = true }, "consoles of clouds are not served"),
    ];

    public Option<string?> Config { get; } = Text("--config", "Configuration file; default /etc/teleport.yaml.", "-c");

    public Option<string?> ConfigString { get; } = new("--config-string") { Description = "The whole configuration file in base64.", Hidden = true };

    public IEnumerable<Option> All =>
    [
        Config, ConfigString, _roles, _listenIp, _advertiseIp, _authServers, _token, _caPins, _nodename, _dataDir, _labels, _pidFile, _diagAddr, _debug,
        _insecure, _permitUserEnv, _skipVersionCheck, _appName, _appUri, _appPublicAddr, _dbName, _dbProtocol, _dbUri, _dbCaCert, _dbAwsRegion,
        .. _unsupported.Select(static u => u.Option),
    ];

    /// <summary>Ends the command if a flag asks for what this version cannot do.</summary>
    public void RefuseUnsupported(ParseResult parsed)
    {
        foreach ((Option option, string reason) in _unsupported.Where(u => parsed.GetResult(u.Option) is { Implicit: false }))
        {
            throw new CommandException($"{option.Name} is not supported: {reason}.");
        }
    }

    public StartFlags Read(ParseResult parsed) => new()
    {
        Roles = parsed.GetValue(_roles) ?? [],
        ListenIp = parsed.GetValue(_listenIp),
        AdvertiseIp = parsed.GetValue(_advertiseIp),
        AuthServers = parsed.GetValue(_authServers) ?? [],
        Token = parsed.GetValue(_token),
        CaPins = parsed.GetValue(_caPins) ?? [],
        Nodename = parsed.GetValue(_nodename),
        DataDir = parsed.GetValue(_dataDir),
        Labels = parsed.GetValue(_labels) ?? [],
        PidFile = parsed.GetValue(_pidFile),
        DiagAddr = parsed.GetValue(_diagAddr),
        Insecure = parsed.GetValue(_insecure),
        Debug = parsed.GetValue(_debug) || Environment.GetEnvironmentVariable("TELEPORT_DEBUG") is "1" or "true" or "yes",
        Settings = [.. SettingsOf(parsed)],
    };

    private IEnumerable<FlagSetting> SettingsOf(ParseResult parsed)
    {
        if (parsed.GetValue(_permitUserEnv))
        {
            yield return new FlagSetting("ssh_service.permit_user_env", Scalar("yes", "--permit-user-env"), "--permit-user-env");
        }

        string[] roles = [.. (parsed.GetValue(_roles) ?? []).SelectMany(static r => r.Split(','))];
        if (Entry(parsed, "--app-name", roles.Contains("app"), (_appName, "name", true), (_appUri, "uri", true), (_appPublicAddr, "public_addr", false)) is { } app)
        {
            yield return new FlagSetting("app_service.enabled", Scalar("yes", "--app-name"), "--app-name");
            yield return new FlagSetting("app_service.apps", app, "--app-name");
        }

        if (Entry(parsed, "--db-name", roles.Any(static r => r is "db" or "database"), (_dbName, "name", true), (_dbProtocol, "protocol", true), (_dbUri, "uri", true), (_dbCaCert, "ca_cert_file", false)) is { } db)
        {
            yield return new FlagSetting("db_service.enabled", Scalar("yes", "--db-name"), "--db-name");
            yield return new FlagSetting("db_service.databases", db, "--db-name");
            if (parsed.GetValue(_dbAwsRegion) is { } region)
            {
                yield return new FlagSetting("db_service.aws.region", Scalar(region, "--db-aws-region"), "--db-aws-region");
            }
        }
    }

    // One entry of a list, if any of its flags is given; or a complaint about the one that lacks.
    private static YamlSequence? Entry(ParseResult parsed, string flag, bool isRole, params (Option<string?> Option, string Key, bool IsRequired)[] parts)
    {
        bool any = parts.Any(part => parsed.GetValue(part.Option) is not null);
        bool fromFile = isRole && parsed.GetResult("--config") is not null;
        if (!any && (!isRole || fromFile))
        {
            return null;
        }

        (Option<string?> Option, string Key, bool IsRequired)[] lacking = [.. parts.Where(part => part.IsRequired && parsed.GetValue(part.Option) is null)];
        if (lacking.Length > 0)
        {
            throw new CommandException($"{lacking[0].Option.Name} is missing: it is needed to serve one by flags.");
        }

        YamlLocation place = new(0, 0, flag);
        return new YamlSequence(
            [new YamlMapping([.. parts.Where(part => parsed.GetValue(part.Option) is not null)
                .Select(part => new YamlEntry(Scalar(part.Key, flag), Scalar(parsed.GetValue(part.Option)!, flag)))], place)],
            place);
    }

    private static YamlScalar Scalar(string text, string flag) => new(text, isPlain: false, new YamlLocation(0, 0, flag));

    private static Option<string?> Text(string name, string description, params string[] aliases) => new(name, aliases) { Description = description };

    private static Option<string[]> List(string name, string description, params string[] aliases) => new(name, aliases) { Description = description };
}
