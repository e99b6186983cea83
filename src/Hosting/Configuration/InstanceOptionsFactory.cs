using System.Net;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Makes the options of the instance from the section <c>teleport</c> and the flags.</summary>
internal sealed class InstanceOptionsFactory(ConfigurationMistakes mistakes, YamlMapping? section, StartFlags flags)
{
    private const int DefaultAuthPort = 3025;
    private const int MaxTokenFileBytes = 4096;

    public InstanceOptions Create(TeleportSection file, string version, string executablePath)
    {
        Secret? token = file.JoinParams?.TokenName ?? file.AuthToken;
        return new InstanceOptions
        {
            Nodename = flags.Nodename ?? file.Nodename ?? Dns.GetHostName(),
            DataDir = Path.GetFullPath(flags.DataDir ?? file.DataDir),
            AuthToken = flags.Token is { } given ? ReadToken(given, "--token", default, anyExistingFile: true)
                : token is null ? null
                : ReadToken(token.Reveal(), "teleport.auth_token", Place("auth_token", "join_params"), anyExistingFile: false),
            CaPins = ReadPins(file),
            AuthServers = ReadAuthServers(file),
            AdvertiseAddress = flags.AdvertiseIp is { } advertised ? ReadAddress(advertised, "--advertise-ip") : file.AdvertiseIp,
            ListenHost = ReadListenHost(),
            Labels = ReadLabels(),
            ConnectionLimits = new ConnectionLimits { MaxConnections = file.ConnectionLimits.MaxConnections, MaxUsers = file.ConnectionLimits.MaxUsers },
            CaSignatureAlgorithm = ReadSignatureAlgorithm(file),
            Ciphers = file.Ciphers,
            KexAlgorithms = file.KexAlgos,
            MacAlgorithms = file.MacAlgos,
            TlsCipherSuites = file.Ciphersuites,
            Insecure = flags.Insecure,
            Version = version,
            ExecutablePath = executablePath,
        };
    }

    private Secret? ReadToken(string value, string name, YamlLocation place, bool anyExistingFile)
    {
        string token = value.Trim();
        if (token.StartsWith('/') || (anyExistingFile && File.Exists(token)))
        {
            try
            {
                token = new FileInfo(token).Length <= MaxTokenFileBytes
                    ? File.ReadAllText(token).Trim()
                    : throw new IOException($"the file has more than {MaxTokenFileBytes} bytes");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Add(name, place, $"cannot read the token from the file {token}: {e.Message}");
                return null;
            }
        }

        int colon = token.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && RoleNames.IsRoleList(token[..colon]))
        {
            AddWarning(name, place, $"starts with the roles \"{token[..colon]}:\", as a line of auth_service.tokens does; the part after the colon is used");
            token = token[(colon + 1)..];
        }

        if (token.Length == 0)
        {
            Add(name, place, "is empty; get a token by: tctl tokens add --type=node");
            return null;
        }

        return new Secret(token);
    }

    private List<string> ReadPins(TeleportSection file)
    {
        IReadOnlyList<string> written = flags.CaPins.Count > 0 ? flags.CaPins : file.CaPin;
        (string name, YamlLocation place) = flags.CaPins.Count > 0 ? ("--ca-pin", default) : ("teleport.ca_pin", Place("ca_pin"));
        var pins = new List<string>();
        foreach (string pin in written.SelectMany(ExpandPinFile))
        {
            const string prefix = "sha256:";
            bool sound = pin.StartsWith(prefix, StringComparison.Ordinal) && pin.Length == prefix.Length + 64 && pin[prefix.Length..].All(char.IsAsciiHexDigit);
            if (sound)
            {
                pins.Add(pin.ToLowerInvariant());
            }
            else
            {
                Add(name, place, $"\"{pin}\" is no pin: write sha256: and 64 hexadecimal digits, as tctl status shows");
            }
        }

        return pins;

        IEnumerable<string> ExpandPinFile(string text)
        {
            if (!text.StartsWith('/'))
            {
                return [text.Trim()];
            }

            try
            {
                return File.ReadAllLines(text).Select(static line => line.Trim()).Where(static line => line.Length > 0);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Add(name, place, $"cannot read pins from the file {text}: {e.Message}");
                return [];
            }
        }
    }

    private IReadOnlyList<NetworkAddress> ReadAuthServers(TeleportSection file)
    {
        if (flags.AuthServers.Count > 0)
        {
            return [.. flags.AuthServers.SelectMany(static text => text.Split(',', StringSplitOptions.RemoveEmptyEntries))
                .Select(text => ReadAddress(text, "--auth-server")).OfType<NetworkAddress>().Select(WithPort)];
        }

        if (file.AuthServer is { } auth)
        {
            return [WithPort(auth)];
        }

        // A proxy on an uncommon port must not be taken for an auth server: the scheme says what it is.
        return file.ProxyServer is { } proxy
            ? [proxy.WithDefaultPort(3080) with { Scheme = "https" }]
            : [.. file.AuthServers.Select(WithPort)];
    }

    private static NetworkAddress WithPort(NetworkAddress address) =>
        address.WithDefaultPort(address.Scheme switch { "https" => 443, "http" => 80, _ => DefaultAuthPort });

    private string ReadListenHost()
    {
        if (flags.ListenIp is not { } host)
        {
            return "0.0.0.0";
        }

        if (!IPAddress.TryParse(host, out _) && host != "localhost")
        {
            Add("--listen-ip", default, $"\"{host}\" is no IP address; write one of this host, or 0.0.0.0 for all");
        }

        return host;
    }

    private Dictionary<string, string> ReadLabels()
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string text in flags.Labels)
        {
            try
            {
                foreach ((string name, string value) in LabelsText.Parse(text).Static)
                {
                    labels[name] = value;
                }
            }
            catch (FormatException e)
            {
                Add("--labels", default, e.Message);
            }
        }

        return labels;
    }

    private string? ReadSignatureAlgorithm(TeleportSection file)
    {
        if (file.CaSignatureAlgo != "ssh-rsa")
        {
            return file.CaSignatureAlgo;
        }

        AddWarning("teleport.ca_signature_algo", Place("ca_signature_algo"), "ssh-rsa signs by SHA-1, which clients refuse; rsa-sha2-512 is used");
        return "rsa-sha2-512";
    }

    private NetworkAddress? ReadAddress(string text, string flag)
    {
        if (NetworkAddress.TryParse(text, out NetworkAddress? address))
        {
            return address;
        }

        Add(flag, default, $"\"{text}\" is no address; write host:port, as 10.1.0.5:3025");
        return null;
    }

    private YamlLocation Place(params string[] keys) =>
        section is null ? default : keys.Select(section.Find).FirstOrDefault(static node => node is not null)?.Location ?? section.Location;

    private void Add(string name, YamlLocation place, string message) => mistakes.Add(Of(name, place), PathOf(name), message);

    private void AddWarning(string name, YamlLocation place, string message) => mistakes.AddWarning(Of(name, place), PathOf(name), message);

    private static YamlLocation Of(string name, YamlLocation place) => name.StartsWith('-') ? new YamlLocation(0, 0, name) : place;

    private static string PathOf(string name) => name.StartsWith('-') ? "" : name;
}
