using System.Text.Json.Serialization;

namespace Teleport.Client.Web;

#pragma warning disable CS1591 // Shapes of the web API; the names are those on the wire.

public sealed class PingAnswer
{
    public PingAuth? Auth { get; set; }

    public PingProxy? Proxy { get; set; }

    public string? ServerVersion { get; set; }

    public string? MinClientVersion { get; set; }
}

public sealed class PingAuth
{
    public string? Type { get; set; }

    public string? SecondFactor { get; set; }
}

public sealed class PingProxy
{
    public PingSsh? Ssh { get; set; }
}

public sealed class PingSsh
{
    public string? ListenAddr { get; set; }

    public string? PublicAddr { get; set; }

    public string? SshPublicAddr { get; set; }
}

public sealed class CertificateRequest
{
    public string User { get; set; } = "";

    public string Password { get; set; } = "";

    public string? OtpToken { get; set; }

    public string PubKey { get; set; } = "";

    public long Ttl { get; set; }

    [JsonPropertyName("RouteToCluster")]
    public string? RouteToCluster { get; set; }

    public string? Compatibility { get; set; }
}

public sealed class CertificateAnswer
{
    public string? Username { get; set; }

    public string? Cert { get; set; }

    public string? TlsCert { get; set; }

    public List<HostSigner>? HostSigners { get; set; }
}

public sealed class HostSigner
{
    public string? DomainName { get; set; }

    public List<string>? CheckingKeys { get; set; }

    public List<string>? TlsCerts { get; set; }
}

public sealed class ErrorAnswer
{
    public string? Message { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PingAnswer))]
[JsonSerializable(typeof(CertificateRequest))]
[JsonSerializable(typeof(CertificateAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class WebApiJson : JsonSerializerContext;
