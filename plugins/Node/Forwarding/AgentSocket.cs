using System.Net.Sockets;

namespace Teleport.Node.Forwarding;

/// <summary>A listening socket of a forwarded key agent. Disposing removes it.</summary>
internal sealed record AgentSocket(string Path, Socket Listener) : IDisposable
{
    public void Dispose()
    {
        Listener.Dispose();
        File.Delete(Path);
    }
}
