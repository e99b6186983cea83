using System.Net;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh;

/// <summary>One request of a client to be authenticated.</summary>
public sealed class SshAuthenticationAttempt
{
    /// <summary>The login that is asked for.</summary>
    public required string UserName { get; init; }

    /// <summary>The method: <c>publickey</c>, <c>password</c>, <c>keyboard-interactive</c>, <c>none</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Whether this proves anything.</summary>
    public required SshAuthenticationKind Kind { get; init; }

    /// <summary>For publickey: the key, of the certificate if there is one.</summary>
    public SshPublicKey? PublicKey { get; init; }

    /// <summary>For publickey: the certificate; <see langword="null"/> for a plain key.</summary>
    public SshCertificate? Certificate { get; init; }

    /// <summary>For publickey: the signature algorithm, such as <c>rsa-sha2-512</c>.</summary>
    public string? SignatureAlgorithm { get; init; }

    /// <summary>For password: what was typed. Not to be logged.</summary>
    public string? Password { get; init; }

    /// <summary>Where the client is; <see langword="null"/> if the transport does not know.</summary>
    public EndPoint? RemoteEndPoint { get; init; }

    /// <summary>The client's version line.</summary>
    public required string ClientVersion { get; init; }

    /// <summary>The identifier of the connection: the first exchange hash.</summary>
    public required ReadOnlyMemory<byte> SessionId { get; init; }

    /// <summary>What earlier proofs of this connection were accepted as, for users who need several methods.</summary>
    public IReadOnlyList<SshAuthenticationAttempt> Earlier { get; init; } = [];

    internal Func<SshPromptRequest, CancellationToken, ValueTask<IReadOnlyList<string>>>? Prompter { get; init; }

    /// <summary>For keyboard-interactive: asks the user questions, as often as needed.</summary>
    /// <param name="request">The questions, at most 32.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>One answer for each question.</returns>
    /// <exception cref="InvalidOperationException">The method is another.</exception>
    /// <exception cref="SshException">The client gave up, or the connection ended.</exception>
    public ValueTask<IReadOnlyList<string>> PromptAsync(SshPromptRequest request, CancellationToken ct) => Prompter is null
        ? throw new InvalidOperationException($"The method {Method} cannot ask questions; only keyboard-interactive can.")
        : Prompter(request, ct);
}
