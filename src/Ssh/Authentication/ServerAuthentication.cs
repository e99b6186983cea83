using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Authentication;
using Teleport.Ssh.Messages.Transport;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Authentication;

/// <summary>The server's side of the authentication protocol (RFC 4252).</summary>
/// <remarks>
/// A query is never a proof: what it was about is forgotten with its answer. The identity is what the authenticator returned for the
/// very attempt whose proof was verified, and for nothing else.
/// </remarks>
internal sealed class ServerAuthentication(SshTransport transport, SshServerOptions options)
{
    /// <summary>Accepted queries do not count as failures, so they have a limit of their own.</summary>
    private const int MaxQueries = 64;

    private readonly List<SshAuthenticationAttempt> _earlier = [];
    private IReadOnlyList<string> _methods = options.Authenticator.Methods;
    private string? _userName;
    private int _failures;
    private int _queries;

    /// <exception cref="SshConnectionException">The client could not log in, or left.</exception>
    /// <exception cref="SshProtocolException">The client broke the protocol.</exception>
    public async ValueTask<AuthenticatedUser> RunAsync(CancellationToken ct)
    {
        await AcceptServiceAsync(ct);
        if (options.Banner is { } banner)
            SendBanner(banner);

        for (bool first = true; ; first = false)
        {
            long answered = transport.RoundTrip.Start();
            AuthRequest request = AuthRequest.Parse(await transport.ReadAsync(ct));
            // The first request may have come with the service's; the next one waits for our answer, and costs the client little work.
            if (!first)
                transport.RoundTrip.Observe(answered);

            CheckConstant(request);
            Judgement judgement = await JudgeAsync(request, ct);
            switch (judgement.Result)
            {
                case SshAuthenticationResult.Accepted accepted when judgement.Attempt!.Kind == SshAuthenticationKind.Proof:
                    transport.Writer.Write(default(UserAuthSuccessMessage));
                    transport.Writer.Flush();
                    return new AuthenticatedUser(request.UserName, accepted.Identity);

                case SshAuthenticationResult.Accepted or SshAuthenticationResult.Partial when judgement.Attempt!.Kind == SshAuthenticationKind.Query:
                    ConfirmQuery(judgement.Key!);
                    break;

                case SshAuthenticationResult.Partial partial:
                    _earlier.Add(judgement.Attempt!);
                    _methods = partial.Methods;
                    SendFailure(partialSuccess: true);
                    break;

                default:
                    Refuse(judgement.Result as SshAuthenticationResult.Rejected, isFree: first && request.Method == AuthMethods.None);
                    break;
            }
        }
    }

    private async ValueTask AcceptServiceAsync(CancellationToken ct)
    {
        string service = MessageTable.Parse<ServiceRequestMessage>((await transport.ReadAsync(ct)).Span).Service;
        if (service != AuthMethods.UserAuthService)
            throw new SshConnectionException(SshDisconnectReason.ServiceNotAvailable, $"The client asks for the service '{TextForPeople.Clean(service)}'.");

        transport.Writer.Write(new ServiceAcceptMessage { Service = service });
        transport.Writer.Flush();
    }

    /// <summary>User and service must stay the same: what one user has proved must not count for another.</summary>
    private void CheckConstant(AuthRequest request)
    {
        if (request.Service != AuthMethods.ConnectionService)
            throw new SshConnectionException(SshDisconnectReason.ServiceNotAvailable, $"The client asks for the service '{TextForPeople.Clean(request.Service)}'.");

        _userName ??= request.UserName;
        if (_userName != request.UserName)
            throw new SshProtocolException("The client changed the user name in the middle of the authentication.");
    }

    private ValueTask<Judgement> JudgeAsync(AuthRequest request, CancellationToken ct)
    {
        if (!_methods.Contains(request.Method))
            return ValueTask.FromResult(Judgement.Refused);

        return request.Method switch
        {
            AuthMethods.PublicKey => JudgePublicKeyAsync(request, ct),
            AuthMethods.Password => JudgePasswordAsync(request, ct),
            AuthMethods.KeyboardInteractive => AskAsync(Attempt(request, prompter: PromptAsync), key: null, ct),
            AuthMethods.None => AskAsync(Attempt(request), key: null, ct),
            _ => ValueTask.FromResult(Judgement.Refused),
        };
    }

    private async ValueTask<Judgement> JudgePublicKeyAsync(AuthRequest request, CancellationToken ct)
    {
        PublicKeyProof? key;
        try
        {
            key = PublicKeyProof.Read(request.MethodData, transport.Options.Algorithms.PublicKeys);
        }
        catch (SshException)
        {
            return Judgement.Refused; // a key that we cannot read is a key that we do not accept
        }

        if (key is null || (key.Kind == SshAuthenticationKind.Proof && !key.Verify(transport.Keys.SessionId, request)))
            return Judgement.Refused;

        return await AskAsync(Attempt(request, key), key, ct);
    }

    private ValueTask<Judgement> JudgePasswordAsync(AuthRequest request, CancellationToken ct)
    {
        SshReader reader = new(request.MethodData);
        bool isChange = reader.ReadBoolean();
        string password = reader.ReadString(maxLength: 1024);
        return isChange
            ? ValueTask.FromResult(Judgement.Refused) // passwords are not changed over SSH
            : AskAsync(Attempt(request, password: password), key: null, ct);
    }

    private async ValueTask<Judgement> AskAsync(SshAuthenticationAttempt attempt, PublicKeyProof? key, CancellationToken ct) =>
        new(await options.Authenticator.AuthenticateAsync(attempt, ct), attempt, key);

    private SshAuthenticationAttempt Attempt(
        AuthRequest request,
        PublicKeyProof? key = null,
        string? password = null,
        Func<SshPromptRequest, CancellationToken, ValueTask<IReadOnlyList<string>>>? prompter = null) => new()
    {
        UserName = request.UserName,
        Method = request.Method,
        Kind = key?.Kind ?? SshAuthenticationKind.Proof,
        PublicKey = key?.Key,
        Certificate = key?.Certificate,
        SignatureAlgorithm = key?.SignatureAlgorithm,
        Password = password,
        RemoteEndPoint = transport.RemoteEndPoint,
        ClientVersion = transport.Keys.RemoteVersion,
        SessionId = transport.Keys.SessionId,
        Earlier = [.. _earlier],
        Prompter = prompter,
    };

    private async ValueTask<IReadOnlyList<string>> PromptAsync(SshPromptRequest request, CancellationToken ct)
    {
        transport.Writer.Write(new InfoRequestMessage(request.Name, request.Instruction, request.Prompts));
        transport.Writer.Flush();
        IReadOnlyList<string> answers = MessageTable.Parse<InfoResponseMessage>((await transport.ReadAsync(ct)).Span).Answers;
        return answers.Count == request.Prompts.Count
            ? answers
            : throw new SshProtocolException($"The client gave {answers.Count} answers to {request.Prompts.Count} questions.");
    }

    private void ConfirmQuery(PublicKeyProof key)
    {
        if (++_queries > MaxQueries)
            throw new SshConnectionException(SshDisconnectReason.NoMoreAuthenticationMethods, "The client asked about too many keys.");

        transport.Writer.Write(new PublicKeyOkMessage { Algorithm = key.Algorithm, Key = key.Blob });
        transport.Writer.Flush();
    }

    private void Refuse(SshAuthenticationResult.Rejected? rejected, bool isFree)
    {
        if (rejected?.BannerText is { } text)
            SendBanner(text);

        // Clients ask for "none" first, to learn the methods.
        if (!isFree && ++_failures >= options.MaxAuthAttempts)
            throw new SshConnectionException(SshDisconnectReason.NoMoreAuthenticationMethods, "Too many authentication failures.");

        SendFailure(partialSuccess: false);
    }

    private void SendFailure(bool partialSuccess)
    {
        string[] methods = [.. _methods.Where(method => method != AuthMethods.None)];
        transport.Writer.Write(new UserAuthFailureMessage { Methods = methods, PartialSuccess = partialSuccess });
        transport.Writer.Flush();
    }

    private void SendBanner(string text)
    {
        // RFC 4252 section 5.4 wants CR LF line ends.
        string lines = text.ReplaceLineEndings("\r\n");
        transport.Writer.Write(new UserAuthBannerMessage { Text = lines.EndsWith('\n') ? lines : lines + "\r\n", Language = string.Empty });
    }

    private sealed record Judgement(SshAuthenticationResult Result, SshAuthenticationAttempt? Attempt, PublicKeyProof? Key)
    {
        public static Judgement Refused { get; } = new(SshAuthenticationResult.Reject(), null, null);
    }
}
