using Teleport.Abstractions.Errors;

namespace Teleport.Client.Commands;

/// <summary>A failure whose exit status means something to whoever runs the program, as 255 of <c>tsh ssh</c>.</summary>
/// <param name="cause">What failed.</param>
/// <param name="exitStatus">The exit status.</param>
public sealed class CommandFailedException(TeleportException cause, int exitStatus) : TeleportException(cause?.Code ?? ErrorCode.Internal, cause?.Message ?? "", cause)
{
    /// <summary>The exit status.</summary>
    public int ExitStatus { get; } = exitStatus;
}
