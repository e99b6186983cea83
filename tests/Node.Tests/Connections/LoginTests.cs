using System.Diagnostics;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Pki;
using Teleport.Pki.Authorities;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Node.Tests.Connections;

public sealed class LoginTests : IAsyncDisposable
{
    private readonly TestNode _node = new(roles: TestNode.AllowRole("dev", new RoleOptions { ForwardAgent = true, MaxSessions = 3 }, TestNode.Login, "no-such-login", "nobody"));

    [Fact]
    public async Task Login_NotAllowedByRoles_SaysWhyToTheUser()
    {
        using var user = new OpenSsh(_node, TestNode.Identity(TestNode.Login, "daemon"));

        (int code, _, string errors) = await user.SshAsync("-l", "daemon", "node", "true");

        Assert.Equal(255, code);
        Assert.Contains($"access denied to daemon connecting to {TestNode.Hostname} on cluster {TestNode.ClusterName}", errors);
        AuthFailedEvent refused = await _node.EventAsync<AuthFailedEvent>();
        Assert.Equal(("T3007W", "alice", "daemon"), (refused.Code, refused.User, refused.Login));
        Assert.Contains("access denied to daemon", refused.Error);
    }

    [Fact]
    public async Task Login_NotInTheCertificate_SaysToLogInAgain()
    {
        using var user = new OpenSsh(_node, TestNode.Identity("other"));

        (_, _, string errors) = await user.SshAsync("node", "true");

        Assert.Contains($"your certificate does not name the login {TestNode.Login}, only other. Log in again: tsh login", errors);
    }

    [Fact]
    public async Task H13_Login_ThatTheSystemDoesNotHave_GetsNoTunnelEither()
    {
        using var user = new OpenSsh(_node, TestNode.Identity("no-such-login"));

        (int session, _, string errors) = await user.SshAsync("-l", "no-such-login", "node", "true");
        (int tunnel, _, _) = await user.SshAsync("-l", "no-such-login", "-W", "127.0.0.1:22", "node");

        Assert.Equal((255, 255), (session, tunnel));
        Assert.Contains($"The login no-such-login does not exist on {TestNode.Hostname}", errors);
        Assert.Empty(_node.Events.OfType<PortForwardEvent>());
    }

    [Fact]
    public async Task Login_OfAnotherUserWithoutRoot_IsRefusedWithTheReason()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root can become anybody");
        using var user = new OpenSsh(_node, TestNode.Identity("nobody"));

        (int code, _, string errors) = await user.SshAsync("-l", "nobody", "node", "true");

        Assert.Equal(255, code);
        Assert.Contains($"runs without root, as {TestNode.Login}, and can serve that login only, not nobody", errors);
    }

    [Fact]
    public async Task H12_Login_ExpiredCertificate_SaysSo()
    {
        using var user = new OpenSsh(_node, TestNode.Identity(TestNode.Login) with { Expires = DateTimeOffset.UtcNow.AddSeconds(-5) });

        (int code, _, string errors) = await user.SshAsync("node", "true");

        Assert.Equal(255, code);
        Assert.Contains("Log in again: tsh login", errors);
        Assert.Single(_node.Events.OfType<AuthFailedEvent>());
    }

    [Fact]
    public async Task H09_Login_ByAnotherAuthority_IsRefusedWithoutAWord()
    {
        using AuthoritySigner stranger = AuthoritySigner.Load(AuthorityFactory.Create(AuthorityType.User, TestNode.ClusterName, null, TimeProvider.System));
        using var user = new OpenSsh(_node, TestNode.Identity(TestNode.Login), key => UserCertificateIssuer.Issue(
            stranger, new UserCertificateRequest { Identity = TestNode.Identity(TestNode.Login), SshKey = key.PublicKey, NotBefore = DateTimeOffset.UtcNow - CertificateTimes.Skew }).Ssh);

        (int code, _, string errors) = await user.SshAsync("node", "true");

        Assert.Equal(255, code);
        Assert.DoesNotContain("certificate is refused", errors);
        Assert.Contains("Permission denied", errors);
    }

    [Fact]
    public async Task H09_Login_WithAHostCertificate_IsRefused()
    {
        using var user = new OpenSsh(_node, TestNode.Identity(TestNode.Login), key => _node.HostCertificate(key, SystemRole.Node, Guid.NewGuid(), [TestNode.Login]));

        (int code, _, _) = await user.SshAsync("node", "true");

        Assert.Equal(255, code);
    }

    [Theory]
    [InlineData("ROOT")]
    [InlineData("root,nobody")]
    [InlineData(" root")]
    [InlineData("*")]
    [InlineData("-teleport-nologin-1")]
    public async Task H10_Principals_MatchByteForByte(string principal)
    {
        using var user = new OpenSsh(_node, TestNode.Identity(principal));

        (int code, _, _) = await user.SshAsync("node", "true");

        Assert.Equal(255, code);
        Assert.Empty(_node.Events.OfType<SessionStartEvent>());
    }

    [Fact]
    public async Task H10_Principals_None_MatchNobody()
    {
        using var user = new OpenSsh(_node, TestNode.Identity(), key => _node.UserSigner.Sign(Request(key) with { Principals = [] }));

        (int code, _, _) = await user.SshAsync("node", "true");

        Assert.Equal(255, code);
    }

    [Theory]
    [InlineData("source-address", "127.0.0.0/8", 0)]
    [InlineData("source-address", "10.0.0.0/8", 255)]
    [InlineData("source-address", "rubbish", 255)]
    [InlineData("no-such-option", "x", 255)]
    public async Task H11_CriticalOptions_AreEnforcedOrRefused(string option, string value, int expected)
    {
        using var user = new OpenSsh(_node, TestNode.Identity(), key => Certify(key, option, value));

        (int code, _, _) = await user.SshAsync("node", "true");

        Assert.Equal(expected, code);
    }

    [Fact]
    public async Task H11_ForceCommand_WinsOverEverything()
    {
        using var user = new OpenSsh(_node, TestNode.Identity(), key => Certify(key, "force-command", "echo forced: $SSH_ORIGINAL_COMMAND"));

        (_, string exec, _) = await user.SshAsync("node", "echo mine");
        (_, string shell, _) = await user.SshAsync("echo mine\n", ["-T", "node"]);
        (int sftp, string subsystem, _) = await user.ToolAsync("sftp", "pwd\n", "-b", "-", "node");
        (int tunnel, _, _) = await user.SshAsync("-W", $"127.0.0.1:{_node.Port}", "node");

        Assert.Equal("forced: echo mine\n", exec);
        Assert.Equal("forced:\n", shell);
        Assert.NotEqual(0, sftp);
        Assert.DoesNotContain("working directory", subsystem);
        Assert.NotEqual(0, tunnel);
    }

    [Fact]
    public async Task H07_Query_ProvesNothingToALaterProof()
    {
        var origin = new Teleport.Node.Connections.ConnectionOrigin(new(System.Net.IPAddress.Loopback, 22), new(System.Net.IPAddress.Loopback, 1000));
        var authenticator = new Teleport.Node.Connections.NodeAuthenticator(
            _node.Context, new(_node.Context), origin, new Teleport.Node.Connections.EventStamp(_node.Context, origin));
        using SshPrivateKey strong = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey weak = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        Ssh.SshAuthenticationAttempt query = Attempt(_node.Certificate(strong.PublicKey, TestNode.Identity(TestNode.Login)), Ssh.SshAuthenticationKind.Query);
        Ssh.SshAuthenticationAttempt proof = Attempt(_node.Certificate(weak.PublicKey, TestNode.Identity("other")), Ssh.SshAuthenticationKind.Proof);

        Ssh.SshAuthenticationResult answer = await authenticator.AuthenticateAsync(query, CancellationToken.None);
        Ssh.SshAuthenticationResult result = await authenticator.AuthenticateAsync(proof, CancellationToken.None);

        Assert.Contains("Accepted", answer.ToString());
        Assert.Contains("Rejected", result.ToString());
        Assert.Equal("alice", Assert.Single(_node.Events.OfType<AuthFailedEvent>()).User);
    }

    [Fact]
    public async Task H13_RoleTakenAway_EveryNewChannelIsRefused()
    {
        using var user = new OpenSsh(_node, TestNode.Identity(TestNode.Login));
        string control = user.File("control");
        using Process master = user.Start("-M", "-S", control, "-N", "node");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!File.Exists(control))
        {
            await Task.Delay(20, limit.Token);
        }

        (int before, _, _) = await user.SshAsync("-S", control, "node", "true");
        _node.Change(static cluster => cluster with { Roles = cluster.Roles.Clear() });
        (int session, _, _) = await user.SshAsync("-S", control, "node", "true");
        (int forward, _, _) = await user.SshAsync("-S", control, "-O", "forward", "-R", "0:127.0.0.1:1", "node");

        master.Kill();
        Assert.Equal(0, before);
        Assert.NotEqual(0, session);
        Assert.NotEqual(0, forward);
        Assert.NotEmpty(_node.Events.OfType<AuthFailedEvent>());
    }

    [Fact]
    public async Task MaxSessions_OneTooMany_IsRefusedAndAudited()
    {
        await using Ssh.SshConnection connection = await _node.ConnectAsync(TestNode.Identity(TestNode.Login));
        Ssh.SshChannel[] sessions = [await connection.OpenChannelAsync("session"), await connection.OpenChannelAsync("session"), await connection.OpenChannelAsync("session")];

        await Assert.ThrowsAsync<Ssh.SshChannelOpenException>(() => connection.OpenChannelAsync("session"));

        Assert.Equal(3, (await _node.EventAsync<SessionRejectedEvent>()).Max);
        await sessions[0].CloseAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                await using Ssh.SshChannel again = await connection.OpenChannelAsync("session", ct: limit.Token);
                break;
            }
            catch (Ssh.SshChannelOpenException)
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }

    [Fact]
    public async Task H12_DisconnectExpiredCertificate_EndsABusySession()
    {
        await using var node = new TestNode(roles: TestNode.AllowRole("dev", new RoleOptions { DisconnectExpiredCert = true }, TestNode.Login));
        using var user = new OpenSsh(node, TestNode.Identity(TestNode.Login) with { Expires = DateTimeOffset.UtcNow.AddSeconds(4) });

        (int code, string output, string errors) = await user.SshAsync("-tt", "-o", "LogLevel=INFO", "node", "while sleep 0.05; do echo busy; done");

        Assert.NotEqual(0, code);
        Assert.Contains("busy", output);
        Assert.Contains("the connection was closed by the server: the certificate expired at", output + errors);
        Assert.Contains("the certificate expired at", (await node.EventAsync<ClientDisconnectEvent>()).Reason);
    }

    [Fact]
    public async Task IdleTimeout_SilentSession_IsEndedWithAReason()
    {
        await using var node = new TestNode(networking: new NetworkingConfigSpec { ClientIdleTimeout = "1s" }, roles: TestNode.AllowRole("dev", null, TestNode.Login));
        using var user = new OpenSsh(node, TestNode.Identity(TestNode.Login));

        (int code, string output, string errors) = await user.SshAsync("-tt", "-o", "LogLevel=INFO", "node", "sleep 100");

        Assert.NotEqual(0, code);
        Assert.Contains("the connection was closed by the server: idle for longer than 1s", output + errors);
        Assert.Equal("idle for longer than 1s", (await node.EventAsync<ClientDisconnectEvent>()).Reason);
    }

    [Fact]
    public async Task Certificate_WithoutPty_GetsNone()
    {
        using var user = new OpenSsh(_node, TestNode.Identity(TestNode.Login) with { PermitPty = false });

        (_, _, string errors) = await user.SshAsync("-tt", "node", "tty");

        Assert.Contains("PTY allocation request failed", errors);
    }

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    private static SshCertificateRequest Request(SshPrivateKey key) => new()
    {
        Key = key.PublicKey,
        Kind = SshCertificateKind.User,
        KeyId = "alice",
        Principals = [TestNode.Login],
        ValidAfter = DateTimeOffset.UtcNow.AddMinutes(-1),
        ValidBefore = DateTimeOffset.UtcNow.AddHours(1),
        Extensions = new Dictionary<string, string?>
        {
            ["permit-pty"] = null,
            ["permit-port-forwarding"] = null,
            ["teleport-roles"] = """{"version":"v1","roles":["dev"]}""",
            ["teleport-traits"] = "{}",
            ["teleport-route-to-cluster"] = TestNode.ClusterName,
        },
    };

    private static Ssh.SshAuthenticationAttempt Attempt(SshCertificate certificate, Ssh.SshAuthenticationKind kind) => new()
    {
        UserName = TestNode.Login,
        Method = "publickey",
        Kind = kind,
        Certificate = certificate,
        PublicKey = certificate.Key,
        ClientVersion = "SSH-2.0-test",
        SessionId = new byte[32],
    };

    private SshCertificate Certify(SshPrivateKey key, string option, string value) =>
        _node.UserSigner.Sign(Request(key) with { CriticalOptions = new Dictionary<string, string?> { [option] = value } });
}
