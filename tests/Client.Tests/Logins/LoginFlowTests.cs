using Teleport.Abstractions.Errors;
using Teleport.Client.Logins;
using Teleport.Client.Profiles;
using Teleport.Client.Tests.Fixtures;
using Teleport.Client.Web;
using Teleport.Pki.Files;

namespace Teleport.Client.Tests.Logins;

public sealed class LoginFlowTests : IDisposable
{
    private readonly TestCluster _cluster = new();
    private readonly StringWriter _warnings = new();
    private readonly TypedAnswers _prompts = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task Run_RightPasswordAndCode_GivesProfileAndCertificates()
    {
        await using FakeProxy proxy = await FakeProxy.StartAsync();
        proxy.Ping.Auth!.SecondFactor = "otp";
        proxy.Ping.Proxy = new PingProxy { Ssh = new PingSsh { ListenAddr = "0.0.0.0:12345" } };
        proxy.Certify = (request, key) => request is { User: "alice", Password: "secret", OtpToken: "123456" } ? _cluster.Answer(key, _cluster.User("alice")) : null;
        (Profile profile, IdentityFile identity) = await LogInAsync(proxy.Address);
        Assert.Equal(("localhost", "demo", "alice", 12345), (profile.ProxyHost, profile.Cluster, profile.User, profile.SshAddress.Port));
        Assert.Equal("alice", ClientIdentity.Of(identity).ReadUser().UserName);
        Assert.Contains("insecure connection", _warnings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WrongPassword_IsTheProxysSentenceWithoutControlCharacters()
    {
        await using FakeProxy proxy = await FakeProxy.StartAsync();
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => LogInAsync(proxy.Address));
        Assert.Equal((ErrorCode.AccessDenied, "invalid username, password or second factor[2J"), (error.Code, error.Message));
    }

    [Fact]
    public async Task H53_AnswerForAnotherKey_EndsTheLogin()
    {
        using var own = Ssh.Keys.SshPrivateKey.Generate(Ssh.Keys.SshKeyKind.EcdsaP256);
        await using FakeProxy proxy = await FakeProxy.StartAsync();
        proxy.Certify = (_, _) => _cluster.Answer(own.PublicKey, _cluster.User("alice"));
        Assert.Contains("not for the key", (await Assert.ThrowsAsync<TeleportException>(() => LogInAsync(proxy.Address))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SSH-2.0-Teleport\r\n", "speaks SSH")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "speaks plain HTTP")]
    [InlineData("<html>", "speaks plain HTTP")]
    [InlineData("", "There is no proxy of Teleport at")]
    public async Task Run_AddressOfAnotherService_SaysWhatSpeaksThere(string greeting, string expected)
    {
        await using var talker = new Talker(greeting);
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => LogInAsync(new ProxyAddress("localhost", talker.Port)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("3080", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _prompts.Asked);
    }

    [Fact]
    public async Task Run_NothingListens_SaysSo()
    {
        int port;
        await using (var gone = new Talker(""))
        {
            port = gone.Port;
        }

        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => LogInAsync(new ProxyAddress("localhost", port)));
        Assert.Contains("Cannot connect to the proxy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UntrustedCertificate_SaysWhatToDoAndAsksNothing()
    {
        await using FakeProxy proxy = await FakeProxy.StartAsync();
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => LogInAsync(proxy.Address, insecure: false));
        Assert.Contains("SSL_CERT_FILE", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _prompts.Asked);
    }

    [Fact]
    public async Task Run_CertificateThatHasEnded_MentionsTheClock()
    {
        await using FakeProxy proxy = await FakeProxy.StartAsync(notAfter: TimeProvider.System.GetUtcNow().AddDays(-1));
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => LogInAsync(proxy.Address, insecure: false));
        Assert.Contains("clock", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_AuthServiceInPlaceOfAProxy_SaysSo(bool insecure)
    {
        await using FakeProxy proxy = await FakeProxy.StartAsync("64656d6f.teleport.cluster.local");
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => LogInAsync(proxy.Address, insecure));
        Assert.Contains("is the auth service, not a proxy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ConnectorThatIsNotLocal_IsRefused()
    {
        await using FakeProxy proxy = await FakeProxy.StartAsync();
        proxy.Ping.Auth!.Type = "saml\u001b[2J";
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => LogInAsync(proxy.Address));
        Assert.Contains("logs in by saml[2J,", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ClusterThatExpectsANewerProgram_Warns()
    {
        await using FakeProxy proxy = await FakeProxy.StartAsync();
        proxy.Ping.MinClientVersion = "999.0.0";
        await Assert.ThrowsAsync<TeleportException>(() => LogInAsync(proxy.Address));
        Assert.Contains("expects tsh 999.0.0", _warnings.ToString(), StringComparison.Ordinal);
    }

    private Task<(Profile Profile, IdentityFile Identity)> LogInAsync(ProxyAddress address, bool insecure = true) =>
        new LoginFlow(_prompts, _warnings, TimeProvider.System).RunAsync(new LoginRequest { Proxy = address, User = "alice", Insecure = insecure }, Token);

    private sealed class TypedAnswers : ILoginPrompts
    {
        public int Asked { get; private set; }

        public Task<string> AskSecretAsync(string prompt, CancellationToken cancellationToken) => AnswerAsync("secret");

        public Task<string> AskAsync(string prompt, CancellationToken cancellationToken) => AnswerAsync("123456");

        private Task<string> AnswerAsync(string answer)
        {
            Asked++;
            return Task.FromResult(answer);
        }
    }
}
