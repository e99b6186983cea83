using System.Net.Sockets;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Connection;

public sealed class HostKeyAnnouncementTests : IDisposable
{
    private readonly SshPrivateKey _current = SshPrivateKey.Generate(SshKeyKind.Ed25519);
    private readonly SshPrivateKey _next = SshPrivateKey.Generate(SshKeyKind.EcdsaP384);
    private readonly SshPrivateKey _user = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    public void Dispose()
    {
        _current.Dispose();
        _next.Dispose();
        _user.Dispose();
    }

    [Fact]
    public async Task Announced_AndProven_AreLearnt()
    {
        IReadOnlyList<SshPublicKey> learnt = await LearnAsync([SshCredential.FromKey(_current), SshCredential.FromKey(_next)]);

        Assert.Equal([_current.PublicKey, _next.PublicKey], learnt);
    }

    [Fact]
    public async Task H06_AnnouncedButNotPossessed_AreNotLearnt()
    {
        using SshPrivateKey stolen = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        SshCredential lie = SshCredential.FromSigner(stolen.PublicKey, null, (algorithm, data, _) => ValueTask.FromResult(_current.Sign(algorithm, data.Span)));

        await Assert.ThrowsAsync<TimeoutException>(() => LearnAsync([SshCredential.FromKey(_current), lie], TimeSpan.FromSeconds(1)));
    }

    private async Task<IReadOnlyList<SshPublicKey>> LearnAsync(IReadOnlyList<SshCredential> hostKeys, TimeSpan? patience = null)
    {
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, new SshServerOptions
        {
            HostKeys = hostKeys,
            Authenticator = new KeyAuthenticator(_user.PublicKey),
            AnnounceHostKeys = true,
        });
        TaskCompletionSource<IReadOnlyList<SshPublicKey>> learnt = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using SshConnection client = await SshConnection.ConnectAsync(clientSocket, new SshClientOptions
        {
            UserName = "alice",
            Credentials = [SshCredential.FromKey(_user)],
            HostKeyVerifier = new PinnedHostKey(_current.PublicKey),
            OnHostKeys = (keys, _) =>
            {
                learnt.SetResult(keys);
                return ValueTask.CompletedTask;
            },
        }).WaitAsync(SshPair.Patience);
        await using SshConnection server = await accepting.WaitAsync(SshPair.Patience);
        return await learnt.Task.WaitAsync(patience ?? SshPair.Patience);
    }
}
