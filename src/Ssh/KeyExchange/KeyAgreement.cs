namespace Teleport.Ssh.KeyExchange;

/// <summary>One run of a key agreement: two messages, then both sides know the same secret.</summary>
/// <remarks>
/// The client calls <see cref="CreateInit"/> and <see cref="Complete"/>, the server <see cref="Respond"/>. Values are the contents of
/// the wire's string or mpint. Secrets are returned as the exchange hash takes them: encoded, with their length in front.
/// </remarks>
internal abstract class KeyAgreement : IDisposable
{
    /// <summary>The longest value that either side may send, in bytes.</summary>
    public const int MaxValueSize = 2048;

    /// <summary>Makes the client's value.</summary>
    public abstract byte[] CreateInit();

    /// <summary>Server: makes the reply to the client's value, and the secret.</summary>
    /// <exception cref="SshProtocolException">The value is malformed, or chosen to weaken the secret.</exception>
    public abstract (byte[] Secret, byte[] Reply) Respond(ReadOnlySpan<byte> init);

    /// <summary>Client: makes the secret of the server's reply.</summary>
    /// <exception cref="SshProtocolException">The value is malformed, or chosen to weaken the secret.</exception>
    public abstract byte[] Complete(ReadOnlySpan<byte> reply);

    public abstract void Dispose();
}
