using System.Net.Sockets;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Authentication;

/// <summary>Servers that want one method after the other, in an order of theirs.</summary>
public sealed class SeveralStepsTests : IDisposable
{
    private readonly SshPrivateKey _host = SshPrivateKey.Generate(SshKeyKind.Ed25519);
    private readonly SshPrivateKey _first = SshPrivateKey.Generate(SshKeyKind.Ed25519);
    private readonly SshPrivateKey _second = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);

    public void Dispose()
    {
        _host.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    [Theory]
    [InlineData("password,publickey")]
    [InlineData("publickey,password")]
    [InlineData("publickey,publickey,keyboard-interactive")]
    [InlineData("keyboard-interactive,publickey,password,publickey")]
    public async Task Connect_ServerWantsSteps_TakesThemInItsOrder(string steps)
    {
        Assert.Equal(steps, await LogInAsync(steps.Split(','), _second));
    }

    [Fact]
    public async Task Connect_StepThatIsNotToBeHad_FailsAndNamesWhatWasTried()
    {
        SshAuthenticationException exception =
            await Assert.ThrowsAsync<SshAuthenticationException>(() => LogInAsync(["publickey", "publickey"]));

        Assert.Contains(_first.PublicKey.Fingerprint, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ServerThatNeverHasEnough_IsGivenUp() =>
        await Assert.ThrowsAsync<SshAuthenticationException>(() => LogInAsync([.. Enumerable.Repeat("password", 100)]));

    private async Task<string> LogInAsync(string[] steps, params SshPrivateKey[] more)
    {
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, new SshServerOptions
        {
            HostKeys = [SshCredential.FromKey(_host)],
            Authenticator = new StepsAuthenticator(steps),
            MaxAuthAttempts = 20,
        });
        try
        {
            await using SshConnection client = await SshConnection.ConnectAsync(clientSocket, new SshClientOptions
            {
                UserName = "alice",
                Credentials = [SshCredential.FromKey(_first), .. more.Select(SshCredential.FromKey)],
                HostKeyVerifier = new PinnedHostKey(_host.PublicKey),
                PasswordPrompt = _ => ValueTask.FromResult<string?>("secret"),
                InteractivePrompt = (request, _) => ValueTask.FromResult<IReadOnlyList<string>?>([.. request.Prompts.Select(_ => "yes")]),
            }).WaitAsync(SshPair.Patience);
            await using SshConnection server = await accepting.WaitAsync(SshPair.Patience);
            return (string)server.Identity!;
        }
        catch (SshAuthenticationException)
        {
            await Assert.ThrowsAnyAsync<SshException>(() => accepting.WaitAsync(SshPair.Patience));
            throw;
        }
    }

    private sealed class StepsAuthenticator(string[] steps) : ISshServerAuthenticator
    {
        public IReadOnlyList<string> Methods => [steps[0]];

        public async ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct)
        {
            // A key counts once only.
            if (attempt.PublicKey is { } key && attempt.Earlier.Any(earlier => key.Equals(earlier.PublicKey)))
                return SshAuthenticationResult.Reject();
            if (attempt.Method == "keyboard-interactive" && await attempt.PromptAsync(new SshPromptRequest("", "", [new("Sure? ", true)]), ct) is not ["yes"])
                return SshAuthenticationResult.Reject();

            string[] done = [.. attempt.Earlier.Select(earlier => earlier.Method), attempt.Method];
            return done.Length == steps.Length
                ? SshAuthenticationResult.Accept(string.Join(',', done))
                : SshAuthenticationResult.PartialSuccess(steps[done.Length]);
        }
    }
}
