using Teleport.Ssh.Messages;

namespace Teleport.Ssh.Sessions;

/// <summary>How a remote command ended.</summary>
/// <param name="Code">Its exit status; <see langword="null"/> if the server sent none.</param>
/// <param name="Signal">The signal that ended it; <see langword="null"/> if none did.</param>
public sealed record SshExitStatus(int? Code, ExitSignal? Signal)
{
    /// <summary>The status as shells count: the exit status, 255 if there is none, 128 if a signal ended the command.</summary>
    public int ShellCode => Signal is not null ? 128 : Code ?? 255;
}
