using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Teleport.Node.Forwarding;

/// <summary>Takes over sockets that the helper opened as the user.</summary>
internal static class UserSocket
{
    /// <summary>The socket of a descriptor, which it owns from now on.</summary>
    public static Socket Adopt(SafeFileHandle? handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var socket = new Socket(new SafeSocketHandle(handle.DangerousGetHandle(), ownsHandle: true));
        handle.SetHandleAsInvalid();
        return socket;
    }
}
