namespace Teleport.Ssh.Scp;

/// <summary>How a copy ended.</summary>
/// <param name="Problems">What could not be copied and why, ours and the peer's; control characters are removed. Empty: all is well.</param>
public sealed record ScpResult(IReadOnlyList<string> Problems)
{
    /// <summary>Whether all was copied; the exit status of scp is 0 then, else 1.</summary>
    public bool Succeeded => Problems.Count == 0;
}
