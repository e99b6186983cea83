namespace Teleport.Ssh;

/// <summary>The answer to a global request (RFC 4254 section 4).</summary>
/// <param name="IsSuccess">Whether the request was granted.</param>
/// <param name="Payload">Data that the request defines; empty for a refusal.</param>
public readonly record struct SshGlobalReply(bool IsSuccess, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The refusal.</summary>
    public static SshGlobalReply Failure => default;

    /// <summary>A grant.</summary>
    /// <param name="payload">Data that the request defines.</param>
    public static SshGlobalReply Success(ReadOnlyMemory<byte> payload = default) => new(true, payload);
}
