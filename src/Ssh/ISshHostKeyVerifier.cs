namespace Teleport.Ssh;

/// <summary>Decides whether a server is the one that the client meant.</summary>
public interface ISshHostKeyVerifier
{
    /// <summary>Judges the key or certificate that a server has proved to possess.</summary>
    /// <param name="offer">The key, and the certificate if there is one.</param>
    /// <param name="ct">Ends with the handshake.</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="SshHostKeyException">Not trusted, with an explanation for the user.</exception>
    ValueTask<bool> VerifyAsync(SshHostKeyOffer offer, CancellationToken ct);
}
