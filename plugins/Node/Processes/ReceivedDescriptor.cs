using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>Receives a descriptor over a Unix socket (SCM_RIGHTS).</summary>
internal static unsafe class ReceivedDescriptor
{
    /// <summary>Takes the next message.</summary>
    /// <param name="socket">A non-blocking Unix socket.</param>
    /// <param name="buffer">Gets the bytes of the message.</param>
    /// <returns>The descriptor of the message if it has one, and its length; both <c>null</c>: there is no message yet.</returns>
    public static (SafeFileHandle? Handle, int? Count) TryReceive(SafeFileHandle socket, Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            ControlMessage control = default;
            IoVector vector = new() { Base = pointer, Length = (nuint)buffer.Length };
            MessageHeader message = new() { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = (nuint)sizeof(ControlMessage) };
            nint count = LibC.recvmsg(socket, &message, LibC.MSG_CMSG_CLOEXEC | LibC.MSG_DONTWAIT);
            if (count < 0)
            {
                return Marshal.GetLastPInvokeError() is LibC.EAGAIN or LibC.EINTR
                    ? (null, null)
                    : throw NativeError.Last("Cannot receive a descriptor");
            }

            bool isDescriptor = message.ControlLength >= (nuint)sizeof(ControlMessage) - sizeof(int)
                && control.Level == LibC.SOL_SOCKET && control.Type == LibC.SCM_RIGHTS;
            return isDescriptor ? (new SafeFileHandle(control.Descriptor, ownsHandle: true), (int)count) : (null, (int)count);
        }
    }
}
