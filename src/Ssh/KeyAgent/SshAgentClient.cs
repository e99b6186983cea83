using System.Net.Sockets;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.KeyAgent;

/// <summary>Speaks to an agent, such as OpenSSH's ssh-agent or one that is forwarded over a channel.</summary>
/// <remarks>
/// One request is under way at a time; others wait. A request that is given up in the middle leaves the connection unusable:
/// later ones fail.
/// </remarks>
public sealed class SshAgentClient : ISshAgent, IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly SemaphoreSlim _gate = new(1);
    private bool _broken;

    /// <summary>Speaks over a stream.</summary>
    /// <param name="stream">The stream, which the client disposes.</param>
    public SshAgentClient(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
    }

    /// <summary>Connects to the agent that the environment variable SSH_AUTH_SOCK names.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the variable is not set, or nobody listens there.</returns>
    public static async Task<SshAgentClient?> TryConnectAsync(CancellationToken cancellationToken = default)
    {
        string? path = Environment.GetEnvironmentVariable("SSH_AUTH_SOCK");
        if (string.IsNullOrEmpty(path))
            return null;

        try
        {
            return await ConnectAsync(path, cancellationToken);
        }
        catch (SocketException)
        {
            return null; // a stale socket is as good as none
        }
    }

    /// <summary>Connects to a socket.</summary>
    /// <param name="socketPath">The path of the Unix socket.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<SshAgentClient> ConnectAsync(string socketPath, CancellationToken cancellationToken = default)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new SshAgentClient(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Keys of types that this library does not support are left out.</remarks>
    public async ValueTask<IReadOnlyList<SshAgentIdentity>> ListAsync(CancellationToken cancellationToken = default)
    {
        byte[] answer = await AskAsync(AgentRequests.List(), AgentMessage.IdentitiesAnswer, "list its keys", cancellationToken);
        return AgentRequests.ReadIdentities(answer);
    }

    /// <summary>The identities as credentials for an authentication, which sign through this client.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<SshCredential>> GetCredentialsAsync(CancellationToken cancellationToken = default) =>
        [.. (await ListAsync(cancellationToken)).Select(identity => SshCredential.FromSigner(
            identity.PublicKey, identity.Certificate, (algorithm, data, ct) => SignAsync(identity.Blob, algorithm, data, ct)))];

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(
        ReadOnlyMemory<byte> identity, string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        byte[] request = AgentRequests.Sign(identity.Span, signatureAlgorithm, data.Span);
        byte[] answer = await AskAsync(request, AgentMessage.SignResponse, "sign", cancellationToken);
        return AgentRequests.ReadSignature(answer, signatureAlgorithm);
    }

    /// <inheritdoc/>
    public async ValueTask AddAsync(
        SshPrivateKey key, SshCertificate? certificate, string comment, SshAgentConstraints constraints, CancellationToken cancellationToken = default)
    {
        byte[] request = AgentRequests.Add(key, certificate, comment, constraints);
        try
        {
            await AskAsync(request, AgentMessage.Success, "add the key", cancellationToken);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(request);
        }
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(ReadOnlyMemory<byte> identity, CancellationToken cancellationToken = default) =>
        await AskAsync(AgentRequests.Remove(identity.Span), AgentMessage.Success, "remove the key", cancellationToken);

    /// <inheritdoc/>
    public async ValueTask RemoveAllAsync(CancellationToken cancellationToken = default) =>
        await AskAsync(AgentRequests.RemoveAll(), AgentMessage.Success, "remove its keys", cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _gate.Dispose();
    }

    private async ValueTask<byte[]> AskAsync(byte[] request, byte expected, string what, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_broken)
                throw new SshKeyException("The connection to the key agent is no longer usable, as a request was given up. Connect again.");

            _broken = true; // until the answer is complete
            await AgentFrame.WriteAsync(_stream, request, cancellationToken);
            byte[] answer = await AgentFrame.ReadAsync(_stream, cancellationToken)
                ?? throw new SshKeyException("The key agent has closed the connection.");
            _broken = false;
            return answer[0] == expected ? answer : throw new SshKeyException($"The key agent refused to {what}.");
        }
        finally
        {
            _gate.Release();
        }
    }
}
