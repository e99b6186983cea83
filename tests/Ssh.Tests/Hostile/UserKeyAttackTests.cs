using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Hostile;

/// <summary>Keys and certificates of users that must not even be looked at closely.</summary>
public sealed class UserKeyAttackTests
{
    [Theory]
    [InlineData(1024)]
    [InlineData(16_384)]
    [InlineData(65_536)]
    public async Task H06_RsaKeyOfAnUnsafeSize_IsRefusedForLessThanALogin(int bits)
    {
        byte[] proof = Proof("rsa-sha2-512", RsaBlob(bits), new byte[bits / 8]);
        List<long> attacks = [];
        List<long> logins = [];
        for (int round = 0; round < 9; round++)
        {
            KeyAuthenticator authenticator = new(SshPair.UserPublicKey);
            await using Connected connected = await Connected.BeginAsync(authenticator);
            long start = Stopwatch.GetTimestamp();
            await connected.Peer.SendAsync(proof);
            await connected.Peer.ReceiveAsync(51);
            attacks.Add(Stopwatch.GetTimestamp() - start);
            Assert.Empty(authenticator.Attempts);

            start = Stopwatch.GetTimestamp();
            await using Connected honest = await Connected.BeginAsync(authenticator);
            await honest.LogInAsync();
            logins.Add(Stopwatch.GetTimestamp() - start);
        }

        Assert.True(attacks.Order().ElementAt(4) < logins.Order().ElementAt(4), "the refusal costs more than a login");
    }

    [Theory]
    [InlineData("ssh-rsa")]
    [InlineData("rsa-sha2-256-cert-v01@openssh.com")]
    [InlineData("ssh-dss")]
    [InlineData("")]
    public async Task H06_AlgorithmThatDoesNotFitTheKey_NeverReachesTheAuthenticator(string algorithm)
    {
        KeyAuthenticator authenticator = new(SshPair.UserPublicKey);
        await using Connected connected = await Connected.BeginAsync(authenticator);

        await connected.Peer.SendAsync(Proof(algorithm, SshPair.UserPublicKey.Blob.ToArray(), new byte[64]));

        Assert.NotEmpty(await connected.Peer.ReceiveAsync(51));
        Assert.Empty(authenticator.Attempts);
    }

    [Fact]
    public async Task H08_CertificateByACertificate_NeverReachesTheAuthenticator_AnHonestOneDoes()
    {
        using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey middle = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey user = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        byte[] nested = Certify(user, Certify(middle.PublicKey, authority).Blob.ToArray(), middle);
        byte[] honest = Certify(user, authority.PublicKey.Blob.ToArray(), authority);

        Assert.Empty(await AttemptsAsync(nested, user));
        SshAuthenticationAttempt attempt = Assert.Single(await AttemptsAsync(honest, user));
        Assert.Equal(authority.PublicKey, attempt.Certificate!.SignatureKey);
    }

    [Fact]
    public async Task H06_NewKeysBeforeTheAuthentication_AreRefused_AfterItTheyAreGiven()
    {
        KeyAuthenticator authenticator = new(SshPair.UserPublicKey);
        await using (Connected early = await Connected.BeginAsync(authenticator))
        {
            await early.Peer.SendOfferAsync(isServer: false);
            await early.Peer.AwaitEndAsync();
            await Assert.ThrowsAsync<SshProtocolException>(() => early.Accepting.WaitAsync(SshPair.Patience));
        }

        await using Connected late = await Connected.BeginAsync(authenticator);
        await late.Peer.ProveAsync(SshPair.UserPrivateKey);
        await late.Peer.SendOfferAsync(isServer: false);
        Assert.NotEmpty(await late.Peer.ReceiveAsync(20));
    }

    [Fact]
    public async Task H07_QueryAccepted_IsNoFirstStepOfTwo()
    {
        // The second method is open only to one who has proved the first.
        QueryThenPassword authenticator = new();
        await using Connected connected = await Connected.BeginAsync(authenticator);
        await connected.Peer.SendAsync(Request("publickey", writer =>
        {
            writer.WriteBoolean(false);
            writer.WriteString("ssh-ed25519");
            writer.WriteBinary(SshPair.UserPublicKey.Blob.Span);
        }));
        Assert.NotEmpty(await connected.Peer.ReceiveAsync(60));

        await connected.Peer.SendAsync(Request("password", writer =>
        {
            writer.WriteBoolean(false);
            writer.WriteString("secret");
        }));

        Assert.NotEmpty(await connected.Peer.ReceiveAsync(51));
        Assert.Equal(["publickey"], authenticator.Asked);
    }

    private static async Task<List<SshAuthenticationAttempt>> AttemptsAsync(byte[] certificate, SshPrivateKey user)
    {
        KeyAuthenticator authenticator = new();
        await using Connected connected = await Connected.BeginAsync(authenticator);
        const string algorithm = "ssh-ed25519-cert-v01@openssh.com";
        byte[] unsigned = Request("publickey", writer =>
        {
            writer.WriteBoolean(true);
            writer.WriteString(algorithm);
            writer.WriteBinary(certificate);
        });
        byte[] sessionId = connected.Peer.SessionId;
        byte[] signed = [.. WirePeer.Build(writer => writer.WriteBinary(sessionId)), .. unsigned];
        byte[] signature = user.Sign("ssh-ed25519", signed);
        await connected.Peer.SendAsync([.. unsigned, .. WirePeer.Build(writer => writer.WriteBinary(signature))]);
        Assert.NotEmpty(await connected.Peer.ReceiveAsync(51));
        return authenticator.Attempts;
    }

    private static SshCertificate Certify(SshPublicKey key, SshPrivateKey authority) => new SshCertificateRequest
    {
        Key = key,
        Kind = SshCertificateKind.User,
        KeyId = "middle",
        Principals = ["alice"],
        ValidAfter = DateTimeOffset.UnixEpoch,
        ValidBefore = null,
    }.Sign(authority);

    /// <summary>A certificate field by field, with whatever as the key that signed.</summary>
    private static byte[] Certify(SshPrivateKey user, byte[] signatureKey, SshPrivateKey signer)
    {
        byte[] body = WirePeer.Build(writer =>
        {
            writer.WriteString("ssh-ed25519-cert-v01@openssh.com");
            writer.WriteBinary(new byte[32]);
            writer.WriteRaw(user.PublicKey.Blob.Span[(4 + "ssh-ed25519".Length)..]);
            writer.WriteUInt64(1);
            writer.WriteUInt32(1);
            writer.WriteString("alice");
            writer.WriteBinary(WirePeer.Build(inner => inner.WriteString("alice")));
            writer.WriteUInt64(0);
            writer.WriteUInt64(ulong.MaxValue);
            writer.WriteBinary([]);
            writer.WriteBinary([]);
            writer.WriteBinary([]);
            writer.WriteBinary(signatureKey);
        });
        byte[] signature = signer.Sign("ssh-ed25519", body);
        return [.. body, .. WirePeer.Build(writer => writer.WriteBinary(signature))];
    }

    private static byte[] RsaBlob(int bits)
    {
        byte[] modulus = RandomNumberGenerator.GetBytes(bits / 8);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        return WirePeer.Build(writer =>
        {
            writer.WriteString("ssh-rsa");
            writer.WriteMpint([1, 0, 1]);
            writer.WriteMpint(modulus);
        });
    }

    private static byte[] Proof(string algorithm, byte[] blob, byte[] signature) => Request("publickey", writer =>
    {
        writer.WriteBoolean(true);
        writer.WriteString(algorithm);
        writer.WriteBinary(blob);
        writer.WriteBinary(WirePeer.Build(inner =>
        {
            inner.WriteString(algorithm);
            inner.WriteBinary(signature);
        }));
    });

    private static byte[] Request(string method, WirePeer.Writing write) => WirePeer.Packet(50, writer =>
    {
        writer.WriteString("alice");
        writer.WriteString("ssh-connection");
        writer.WriteString(method);
        writer.WriteRaw(WirePeer.Build(write));
    });

    /// <summary>A client that has exchanged keys and may begin to log in.</summary>
    private sealed class Connected(WirePeer peer, Task<SshConnection> accepting) : IAsyncDisposable
    {
        public WirePeer Peer => peer;

        public Task<SshConnection> Accepting => accepting;

        public static async Task<Connected> BeginAsync(ISshServerAuthenticator authenticator)
        {
            SshServerOptions template = SshPair.ServerOptions(new EchoHandler());
            (Socket socket, Task<SshConnection> accepting) = await WirePeer.AttackServerAsync(
                new SshServerOptions { HostKeys = template.HostKeys, Authenticator = authenticator, MaxAuthAttempts = 100 });
            Connected connected = new(new WirePeer(socket), accepting);
            await connected.Peer.HandshakeAsync();
            await connected.Peer.RequestServiceAsync();
            return connected;
        }

        public async Task LogInAsync()
        {
            await peer.ProveAsync(SshPair.UserPrivateKey);
            await (await accepting.WaitAsync(SshPair.Patience)).DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await peer.DisposeAsync();
            try
            {
                await (await accepting.WaitAsync(SshPair.Patience)).DisposeAsync();
            }
            catch (SshException)
            {
                // The client has left without logging in.
            }
        }
    }

    private sealed class QueryThenPassword : ISshServerAuthenticator
    {
        public List<string> Asked { get; } = [];

        public IReadOnlyList<string> Methods => ["publickey"];

        public ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct)
        {
            Asked.Add(attempt.Method);
            return ValueTask.FromResult(attempt.Method == "password"
                ? SshAuthenticationResult.Accept("in")
                : SshAuthenticationResult.PartialSuccess("password"));
        }
    }
}
