using System.Runtime.InteropServices;

namespace Teleport.Node.Native;

/// <summary>Turns the error numbers of the system into exceptions that say what was tried.</summary>
internal static class NativeError
{
    /// <summary>An exception for the call that just failed.</summary>
    public static IOException Last(string what) => Of(what, Marshal.GetLastPInvokeError());

    public static IOException Of(string what, int error) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
}
