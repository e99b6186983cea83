using System.Runtime.InteropServices;

namespace Teleport.Spawn;

/// <summary>Why the user's program cannot be started, in words for the user.</summary>
internal sealed class SpawnException(string message) : Exception(message)
{
    /// <summary>A call of the system failed.</summary>
    public static SpawnException Of(string what) =>
        new($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
