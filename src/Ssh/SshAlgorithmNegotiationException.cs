namespace Teleport.Ssh;

/// <summary>Client and server have no algorithm of one kind in common.</summary>
/// <param name="kind">What was negotiated, in words: "key exchange", "cipher from client to server", ...</param>
/// <param name="ours">What this side offered, best first.</param>
/// <param name="theirs">What the peer offered, best first.</param>
public sealed class SshAlgorithmNegotiationException(string kind, IReadOnlyList<string> ours, IReadOnlyList<string> theirs)
    : SshException(
        $"No common {kind} algorithm. This side offers: {string.Join(", ", ours)}. The peer offers: {string.Join(", ", theirs)}. " +
        "Add one of the peer's algorithms to the configuration if it is secure, or update the peer.")
{
    /// <summary>What was negotiated, in words.</summary>
    public string Kind { get; } = kind;

    /// <summary>What this side offered, best first.</summary>
    public IReadOnlyList<string> Ours { get; } = ours;

    /// <summary>What the peer offered, best first.</summary>
    public IReadOnlyList<string> Theirs { get; } = theirs;
}
