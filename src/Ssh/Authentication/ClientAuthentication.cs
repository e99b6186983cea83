using System.Buffers;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Authentication;
using Teleport.Ssh.Messages.Transport;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Authentication;

/// <summary>The client's side of the authentication protocol (RFC 4252): keys first, then questions, then a password.</summary>
internal sealed class ClientAuthentication(SshTransport transport, SshClientOptions options)
{
    /// <summary>A server that wants more steps than this wants to keep us busy.</summary>
    private const int MaxSteps = 8;

    private readonly List<string> _tried = [];
    private readonly HashSet<SshCredential> _proven = [];
    private IReadOnlyList<string>? _methods;
    private bool _serviceAccepted;
    private bool _isPartial;

    /// <exception cref="SshAuthenticationException">The server refused everything that we have.</exception>
    public async ValueTask RunAsync(CancellationToken ct)
    {
        // The service is accepted in any case: the first request need not wait for it.
        transport.Writer.Write(new ServiceRequestMessage { Service = AuthMethods.UserAuthService });
        transport.Writer.Flush();

        for (int step = 0; step < MaxSteps; step++)
        {
            _isPartial = false;
            if (await TryStepAsync(ct))
                return;
            if (!_isPartial)
                break; // nothing more to offer
        }

        throw Failed();
    }

    /// <summary>Tries what the server accepts, until something succeeds: that may end the login, or ask for a further step (RFC 4252 section 5.1).</summary>
    private async ValueTask<bool> TryStepAsync(CancellationToken ct)
    {
        foreach (SshCredential credential in options.Credentials.Where(credential => !_proven.Contains(credential)))
        {
            if (IsAccepted(AuthMethods.PublicKey) && await TryKeyAsync(credential, ct))
                return true;
            if (!_isPartial)
                continue;

            _proven.Add(credential);
            return false;
        }

        return (_methods is null && await TryAsync(AuthMethods.None, [], ct))
            || (MayTry(options.InteractivePrompt, AuthMethods.KeyboardInteractive) && await TryInteractiveAsync(ct))
            || (MayTry(options.PasswordPrompt, AuthMethods.Password) && await TryPasswordAsync(ct));
    }

    private bool MayTry(Delegate? prompt, string method) => prompt is not null && !_isPartial && IsAccepted(method);

    private bool IsAccepted(string method) => _methods is null || _methods.Contains(method);

    private async ValueTask<bool> TryKeyAsync(SshCredential credential, CancellationToken ct)
    {
        // Which hash an RSA key may use, the server says before it accepts the service.
        if (credential.PublicKey.SignatureAlgorithms.Count > 1)
            await AwaitServiceAsync(ct);

        (string name, string signature) = ChooseAlgorithm(credential);
        if (name is null)
            return false;

        _tried.Add($"{AuthMethods.PublicKey} ({credential.PublicKey.Fingerprint}{(credential.Certificate is null ? "" : " with certificate")})");
        byte[] blob = credential.PublicBlob.ToArray();
        if (NeedsTouch(credential) && !await QueryAsync(name, blob, ct))
            return false;

        byte[] data = PublicKeyProof.SignedData(transport.Keys.SessionId, options.UserName, AuthMethods.ConnectionService, name, blob);
        byte[] proof = await credential.SignAsync(signature, data, ct);
        return await TryAsync(AuthMethods.PublicKey, MethodData(name, blob, proof), ct);
    }

    /// <summary>The user has to touch a security key: not for nothing.</summary>
    private static bool NeedsTouch(SshCredential credential) => credential.PublicKey.Type.StartsWith("sk-", StringComparison.Ordinal);

    private (string Name, string Signature) ChooseAlgorithm(SshCredential credential) => credential.PublicKeyAlgorithms.FirstOrDefault(algorithm =>
        transport.Options.Algorithms.PublicKeys.Contains(algorithm.SignatureAlgorithm) &&
        (transport.ServerSignatureAlgorithms is not { } known || known.Contains(algorithm.SignatureAlgorithm)));

    private async ValueTask<bool> QueryAsync(string algorithm, byte[] blob, CancellationToken ct)
    {
        SendRequest(AuthMethods.PublicKey, MethodData(algorithm, blob, proof: null));
        ReadOnlyMemory<byte> reply = await ReadReplyAsync(ct);
        if (reply.Span[0] == MessageNumbers.PublicKeyOk)
            return true;

        return ReadOutcome(reply.Span);
    }

    private async ValueTask<bool> TryInteractiveAsync(CancellationToken ct)
    {
        _tried.Add(AuthMethods.KeyboardInteractive);
        SendRequest(AuthMethods.KeyboardInteractive, TwoEmptyStrings());
        while (true)
        {
            ReadOnlyMemory<byte> reply = await ReadReplyAsync(ct);
            if (reply.Span[0] != MessageNumbers.InfoRequest)
                return ReadOutcome(reply.Span);

            InfoRequestMessage request = MessageTable.Parse<InfoRequestMessage>(reply.Span);
            SshPromptRequest prompts = new(request.Name, request.Instruction, request.Prompts);
            IReadOnlyList<string> answers = request.Prompts.Count == 0
                ? []
                : await options.InteractivePrompt!(prompts, ct) ?? throw Failed();
            transport.Writer.Write(new InfoResponseMessage(answers));
            transport.Writer.Flush();
        }
    }

    private async ValueTask<bool> TryPasswordAsync(CancellationToken ct)
    {
        if (await options.PasswordPrompt!(ct) is not { } password)
            return false;

        _tried.Add(AuthMethods.Password);
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        writer.WriteBoolean(false);
        writer.WriteString(password);
        return await TryAsync(AuthMethods.Password, buffer.WrittenSpan.ToArray(), ct);
    }

    private async ValueTask<bool> TryAsync(string method, byte[] methodData, CancellationToken ct)
    {
        SendRequest(method, methodData);
        return ReadOutcome((await ReadReplyAsync(ct)).Span);
    }

    private void SendRequest(string method, byte[] methodData)
    {
        transport.Writer.Write(new UserAuthRequestMessage
        {
            UserName = options.UserName,
            Service = AuthMethods.ConnectionService,
            Method = method,
            MethodData = methodData,
        });
        transport.Writer.Flush();
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadReplyAsync(CancellationToken ct)
    {
        await AwaitServiceAsync(ct);
        while (true)
        {
            ReadOnlyMemory<byte> payload = await transport.ReadAsync(ct);
            if (payload.Span[0] != MessageNumbers.UserAuthBanner)
                return payload;

            options.OnBanner?.Invoke(MessageTable.Parse<UserAuthBannerMessage>(payload.Span).Text);
        }
    }

    private async ValueTask AwaitServiceAsync(CancellationToken ct)
    {
        if (_serviceAccepted)
            return;

        _ = MessageTable.Parse<ServiceAcceptMessage>((await transport.ReadAsync(ct)).Span);
        _serviceAccepted = true;
    }

    private bool ReadOutcome(ReadOnlySpan<byte> payload)
    {
        if (payload[0] == MessageNumbers.UserAuthSuccess)
        {
            _ = MessageTable.Parse<UserAuthSuccessMessage>(payload);
            return true;
        }

        UserAuthFailureMessage failure = MessageTable.Parse<UserAuthFailureMessage>(payload);
        _methods = failure.Methods;
        _isPartial = failure.PartialSuccess;
        return false;
    }

    private SshAuthenticationException Failed()
    {
        string tried = _tried.Count == 0 ? "there was nothing to try" : $"tried {string.Join(", ", _tried)}";
        string accepted = TextForPeople.Clean(string.Join(", ", _methods ?? []));
        return new SshAuthenticationException(
            $"The server refused the login of '{options.UserName}': {tried}; it accepts {(accepted.Length == 0 ? "nothing" : accepted)}.");
    }

    private static byte[] MethodData(string algorithm, byte[] blob, byte[]? proof)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        SshWriter writer = new(buffer);
        new PublicKeyRequest { HasSignature = proof is not null, Algorithm = algorithm, Key = blob }.WriteUnsigned(ref writer);
        if (proof is not null)
            writer.WriteBinary(proof);

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Language tag and submethods, both of no use today (RFC 4256 section 3.1).</summary>
    private static byte[] TwoEmptyStrings() => new byte[8];
}
