using System.Text;
using Teleport.Ssh;

namespace Teleport.Proxy.SshGateway;

/// <summary>Global requests that the proxy answers everybody.</summary>
internal static class CommonGlobalRequests
{
    public static SshGlobalReply Answer(string name, string version) => name switch
    {
        // Sessions are recorded at the nodes.
        "recording-proxy@teleport.com" => SshGlobalReply.Success("false"u8.ToArray()),
        "x-teleport-version" => SshGlobalReply.Success(Encoding.UTF8.GetBytes(version)),
        "keepalive@openssh.com" => SshGlobalReply.Success(),
        _ => SshGlobalReply.Failure,
    };
}
