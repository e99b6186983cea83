using System.Net.Sockets;
using Teleport.Ssh.Authentication;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Messages.Authentication;
using Teleport.Ssh.Messages.Transport;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Tests.Authentication;

public sealed class AuthenticationTests : IDisposable
{
    private readonly SshPrivateKey _alice = SshPrivateKey.Generate(SshKeyKind.Ed25519);
    private readonly SshPrivateKey _mallory = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);

    public void Dispose()
    {
        _alice.Dispose();
        _mallory.Dispose();
    }

    [Fact]
    public async Task H07_QueryOfOneKeyAndProofOfAnother_IsTheOther()
    {
        await using Attack attack = await Attack.BeginAsync(new KeyAuthenticator(_alice.PublicKey, _mallory.PublicKey));
        attack.Query(_alice.PublicKey);
        await attack.ReceiveAsync(MessageNumbers.PublicKeyOk);
        attack.Prove(_mallory);
        await attack.ReceiveAsync(MessageNumbers.UserAuthSuccess);

        await using SshConnection server = await attack.Accepting;
        Assert.Equal(_mallory.PublicKey.Fingerprint, server.Identity);
    }

    [Fact]
    public async Task H07_QueriesOnly_NeverLogIn()
    {
        await using Attack attack = await Attack.BeginAsync(new KeyAuthenticator(_alice.PublicKey));
        for (int count = 0; count < 64; count++)
        {
            attack.Query(_alice.PublicKey);
            await attack.ReceiveAsync(MessageNumbers.PublicKeyOk);
        }

        attack.Query(_alice.PublicKey);

        await Assert.ThrowsAsync<SshConnectionException>(() => attack.Accepting.WaitAsync(SshPair.Patience));
    }

    [Fact]
    public async Task H07_ProofWithTheSignatureOfAnotherKey_IsRefused()
    {
        await using Attack attack = await Attack.BeginAsync(new KeyAuthenticator(_alice.PublicKey));
        attack.Query(_alice.PublicKey);
        await attack.ReceiveAsync(MessageNumbers.PublicKeyOk);

        attack.Prove(_mallory, claimed: _alice.PublicKey);
        await attack.ReceiveAsync(MessageNumbers.UserAuthFailure);

        attack.Prove(_alice, sessionId: new byte[32]);
        await attack.ReceiveAsync(MessageNumbers.UserAuthFailure);

        attack.Prove(_alice);
        await attack.ReceiveAsync(MessageNumbers.UserAuthSuccess);
    }

    [Fact]
    public async Task H07_UserNameChanged_EndsTheConnection()
    {
        await using Attack attack = await Attack.BeginAsync(new KeyAuthenticator(_alice.PublicKey));
        attack.Query(_alice.PublicKey);
        await attack.ReceiveAsync(MessageNumbers.PublicKeyOk);

        attack.Prove(_alice, user: "root");

        await Assert.ThrowsAsync<SshProtocolException>(() => attack.Accepting.WaitAsync(SshPair.Patience));
    }

    [Fact]
    public async Task H06_AlgorithmNotAccepted_IsRefused()
    {
        SshTransportOptions only = new() { Algorithms = SshAlgorithms.Default with { PublicKeys = ["ssh-ed25519"] } };
        await using Attack attack = await Attack.BeginAsync(new KeyAuthenticator(_alice.PublicKey, _mallory.PublicKey), only);

        attack.Prove(_mallory);
        await attack.ReceiveAsync(MessageNumbers.UserAuthFailure);

        attack.Prove(_alice);
        await attack.ReceiveAsync(MessageNumbers.UserAuthSuccess);
    }

    [Fact]
    public async Task H06_Sha1Rsa_IsRefused()
    {
        using SshPrivateKey rsa = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        await using Attack attack = await Attack.BeginAsync(new KeyAuthenticator(rsa.PublicKey));

        attack.Query(rsa.PublicKey, algorithm: "ssh-rsa");
        await attack.ReceiveAsync(MessageNumbers.UserAuthFailure);

        attack.Prove(rsa);
        await attack.ReceiveAsync(MessageNumbers.UserAuthSuccess);
    }

    [Fact]
    public async Task H08_CertificateWithForgedBody_NeverReachesTheAuthenticator()
    {
        using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        SshCertificate certificate = Certify(_alice.PublicKey, authority);
        byte[] forged = certificate.Blob.ToArray();
        int keyId = forged.AsSpan().IndexOf("alice-key-id"u8);
        forged[keyId] = (byte)'A';
        KeyAuthenticator authenticator = new(_alice.PublicKey);
        await using Attack attack = await Attack.BeginAsync(authenticator);

        attack.Prove(_alice, blob: forged, algorithm: "ssh-ed25519-cert-v01@openssh.com");
        await attack.ReceiveAsync(MessageNumbers.UserAuthFailure);
        Assert.Empty(authenticator.Attempts);

        attack.Prove(_alice, blob: certificate.Blob.ToArray(), algorithm: "ssh-ed25519-cert-v01@openssh.com");
        await attack.ReceiveAsync(MessageNumbers.UserAuthSuccess);
        Assert.Equal("alice-key-id", Assert.Single(authenticator.Attempts).Certificate!.KeyId);
    }

    [Fact]
    public async Task Failures_BeyondTheLimit_EndTheConnection()
    {
        await using Attack attack = await Attack.BeginAsync(new KeyAuthenticator(_alice.PublicKey));
        for (int count = 0; count < 5; count++)
        {
            attack.Query(_mallory.PublicKey);
            await attack.ReceiveAsync(MessageNumbers.UserAuthFailure);
        }

        attack.Query(_mallory.PublicKey);

        await Assert.ThrowsAsync<SshConnectionException>(() => attack.Accepting.WaitAsync(SshPair.Patience));
    }

    [Fact]
    public async Task H06_KeyOfNonsense_IsRefusedAndTheConnectionGoesOn()
    {
        await using Attack attack = await Attack.BeginAsync(new KeyAuthenticator(_alice.PublicKey));

        attack.Prove(_alice, blob: [1, 2, 3]);
        await attack.ReceiveAsync(MessageNumbers.UserAuthFailure);

        attack.Prove(_alice);
        await attack.ReceiveAsync(MessageNumbers.UserAuthSuccess);
    }

    [Fact]
    public async Task Questions_RightAnswersAfterAKey_LogIn()
    {
        TwoStepAuthenticator authenticator = new(_alice.PublicKey);
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        using SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.EcdsaP384);
        List<string> banners = [];
        Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, new SshServerOptions
        {
            HostKeys = [SshCredential.FromKey(hostKey)],
            Authenticator = authenticator,
            Banner = "Be good.",
        });
        await using SshConnection client = await SshConnection.ConnectAsync(clientSocket, new SshClientOptions
        {
            UserName = "alice",
            Credentials = [SshCredential.FromKey(_alice)],
            HostKeyVerifier = new PinnedHostKey(hostKey.PublicKey),
            OnBanner = banners.Add,
            InteractivePrompt = (request, _) => ValueTask.FromResult<IReadOnlyList<string>?>([.. request.Prompts.Select(prompt => prompt.Text + "!")]),
        }).WaitAsync(SshPair.Patience);
        await using SshConnection server = await accepting;

        Assert.Equal("two steps", server.Identity);
        Assert.Equal(["Be good.\r\n"], banners);
    }

    [Theory]
    [InlineData("secret", true)]
    [InlineData("Secret", false)]
    public async Task Password_RightOrWrong_IsJudged(string password, bool isRight)
    {
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        using SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        Task<SshConnection> accepting = SshConnection.AcceptAsync(
            serverSocket, new SshServerOptions { HostKeys = [SshCredential.FromKey(hostKey)], Authenticator = new PasswordAuthenticator() });
        Task<SshConnection> connecting = SshConnection.ConnectAsync(clientSocket, new SshClientOptions
        {
            UserName = "alice",
            HostKeyVerifier = new PinnedHostKey(hostKey.PublicKey),
            PasswordPrompt = _ => ValueTask.FromResult<string?>(password),
        });

        if (isRight)
        {
            await using SshConnection client = await connecting.WaitAsync(SshPair.Patience);
            await using SshConnection server = await accepting.WaitAsync(SshPair.Patience);
            Assert.Equal("by password", server.Identity);
            return;
        }

        SshAuthenticationException exception = await Assert.ThrowsAsync<SshAuthenticationException>(() => connecting.WaitAsync(SshPair.Patience));
        Assert.Contains("tried password", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<SshException>(() => accepting.WaitAsync(SshPair.Patience));
    }

    [Theory]
    [InlineData("node.example", true)]
    [InlineData("Node.example", false)]
    [InlineData("other.example", false)]
    public async Task HostCertificate_NameDialled_MustBeAPrincipal(string name, bool isTrusted)
    {
        using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        using SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        SshCertificate certificate = Certify(hostKey.PublicKey, authority, SshCertificateKind.Host, "node.example");

        Assert.Equal(isTrusted, await ConnectsAsync(hostKey, certificate, new CertificateAuthorityVerifier([authority.PublicKey], [name])));
    }

    [Fact]
    public async Task H09_HostCertificate_WrongAuthorityKindOrTime_IsNotTrusted()
    {
        using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        CertificateAuthorityVerifier verifier = new([authority.PublicKey], ["node"]);
        DateTimeOffset now = DateTimeOffset.UtcNow;

        Assert.True(await ConnectsAsync(hostKey, Certify(hostKey.PublicKey, authority, SshCertificateKind.Host, "node"), verifier));
        Assert.False(await ConnectsAsync(hostKey, Certify(hostKey.PublicKey, other, SshCertificateKind.Host, "node"), verifier));
        Assert.False(await ConnectsAsync(hostKey, Certify(hostKey.PublicKey, authority, SshCertificateKind.User, "node"), verifier));
        Assert.False(await ConnectsAsync(hostKey, Certify(hostKey.PublicKey, authority, SshCertificateKind.Host, "node", now.AddHours(-2), now.AddHours(-1)), verifier));
        Assert.False(await ConnectsAsync(hostKey, Certify(hostKey.PublicKey, authority, SshCertificateKind.Host, "node", now.AddHours(1), now.AddHours(2)), verifier));
        Assert.False(await ConnectsAsync(hostKey, null, verifier));
    }

    private static SshCertificate Certify(
        SshPublicKey key,
        SshPrivateKey authority,
        SshCertificateKind kind = SshCertificateKind.User,
        string principal = "alice",
        DateTimeOffset? after = null,
        DateTimeOffset? before = null) => new SshCertificateRequest
    {
        Key = key,
        Kind = kind,
        KeyId = "alice-key-id",
        Principals = [principal],
        ValidAfter = after ?? DateTimeOffset.UnixEpoch,
        ValidBefore = before,
    }.Sign(authority);

    private async Task<bool> ConnectsAsync(SshPrivateKey hostKey, SshCertificate? certificate, ISshHostKeyVerifier verifier)
    {
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, new SshServerOptions
        {
            HostKeys = [certificate is null ? SshCredential.FromKey(hostKey) : SshCredential.FromCertificate(hostKey, certificate)],
            Authenticator = new KeyAuthenticator(_alice.PublicKey),
        });
        SshClientOptions options = new() { UserName = "alice", Credentials = [SshCredential.FromKey(_alice)], HostKeyVerifier = verifier };
        try
        {
            await using SshConnection client = await SshConnection.ConnectAsync(clientSocket, options).WaitAsync(SshPair.Patience);
            await using SshConnection server = await accepting.WaitAsync(SshPair.Patience);
            Assert.Equal(certificate!.Blob.ToArray(), client.HostCertificate!.Blob.ToArray());
            return true;
        }
        catch (SshHostKeyException)
        {
            await Assert.ThrowsAnyAsync<SshException>(() => accepting.WaitAsync(SshPair.Patience));
            return false;
        }
    }

    /// <summary>A client that has exchanged keys and then authenticates as it likes.</summary>
    private sealed class Attack : IAsyncDisposable
    {
        private readonly SshTransport _transport;

        private Attack(SshTransport transport, Task<SshConnection> accepting)
        {
            _transport = transport;
            Accepting = accepting;
        }

        public Task<SshConnection> Accepting { get; }

        public static async Task<Attack> BeginAsync(ISshServerAuthenticator authenticator, SshTransportOptions? server = null)
        {
            (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
            SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
            Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, new SshServerOptions
            {
                HostKeys = [SshCredential.FromKey(hostKey)],
                Authenticator = authenticator,
                Transport = server ?? SshTransportOptions.Default,
            });
            ClientExchange exchange = new(SshAlgorithms.Default.HostKeys, new PinnedHostKey(hostKey.PublicKey), null);
            SshTransport transport = new(new SocketTransport(clientSocket), SshTransportOptions.Default, exchange);
            await transport.HandshakeAsync(CancellationToken.None).AsTask().WaitAsync(SshPair.Patience);
            Attack attack = new(transport, accepting);
            transport.Writer.Write(new ServiceRequestMessage { Service = "ssh-userauth" });
            transport.Writer.Flush();
            await attack.ReceiveAsync(MessageNumbers.ServiceAccept);
            return attack;
        }

        public void Query(SshPublicKey key, string? algorithm = null) =>
            Send("alice", Encode(algorithm ?? key.SignatureAlgorithms[0], key.Blob.ToArray(), null));

        public void Prove(
            SshPrivateKey key, SshPublicKey? claimed = null, byte[]? blob = null, string? algorithm = null, byte[]? sessionId = null, string user = "alice")
        {
            string signature = key.PublicKey.SignatureAlgorithms[0];
            algorithm ??= (claimed ?? key.PublicKey).SignatureAlgorithms[0];
            blob ??= (claimed ?? key.PublicKey).Blob.ToArray();
            byte[] data = PublicKeyProof.SignedData(sessionId ?? _transport.Keys.SessionId, user, "ssh-connection", algorithm, blob);
            Send(user, Encode(algorithm, blob, key.Sign(signature, data)));
        }

        public async Task ReceiveAsync(byte number)
        {
            ReadOnlyMemory<byte> payload = await _transport.ReadAsync(_transport.Aborted).AsTask().WaitAsync(SshPair.Patience);
            Assert.Equal(number, payload.Span[0]);
        }

        public async ValueTask DisposeAsync()
        {
            await _transport.DisposeAsync();
            try
            {
                await (await Accepting.WaitAsync(SshPair.Patience)).DisposeAsync();
            }
            catch (SshException)
            {
                // The test has seen to it.
            }
        }

        private static byte[] Encode(string algorithm, byte[] blob, byte[]? signature)
        {
            System.Buffers.ArrayBufferWriter<byte> buffer = new();
            SshWriter writer = new(buffer);
            writer.WriteBoolean(signature is not null);
            writer.WriteString(algorithm);
            writer.WriteBinary(blob);
            if (signature is not null)
                writer.WriteBinary(signature);

            return buffer.WrittenSpan.ToArray();
        }

        private void Send(string user, byte[] methodData)
        {
            _transport.Writer.Write(
                new UserAuthRequestMessage { UserName = user, Service = "ssh-connection", Method = "publickey", MethodData = methodData });
            _transport.Writer.Flush();
        }
    }

    private sealed class TwoStepAuthenticator(SshPublicKey key) : ISshServerAuthenticator
    {
        public IReadOnlyList<string> Methods => ["publickey"];

        public async ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct)
        {
            if (attempt.Method == "publickey")
                return key.Equals(attempt.PublicKey) ? SshAuthenticationResult.PartialSuccess("keyboard-interactive") : SshAuthenticationResult.Reject();

            IReadOnlyList<string> answers = await attempt.PromptAsync(new SshPromptRequest("", "", [new("one", true), new("two", false)]), ct);
            return answers is ["one!", "two!"] && key.Equals(attempt.Earlier.Single().PublicKey)
                ? SshAuthenticationResult.Accept("two steps")
                : SshAuthenticationResult.Reject();
        }
    }

    private sealed class PasswordAuthenticator : ISshServerAuthenticator
    {
        public IReadOnlyList<string> Methods => ["password"];

        public ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct) =>
            ValueTask.FromResult(attempt.Password == "secret" ? SshAuthenticationResult.Accept("by password") : SshAuthenticationResult.Reject());
    }
}
