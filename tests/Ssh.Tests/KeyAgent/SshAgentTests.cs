using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Teleport.Ssh.KeyAgent;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Tests.Keys;

namespace Teleport.Ssh.Tests.KeyAgent;

public sealed class SshAgentTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly byte[] Data = Encoding.UTF8.GetBytes("what is signed");

    private static readonly byte[] Failure = [AgentMessage.Failure];

    private readonly CancellationTokenSource _stop = new(Limit);
    private readonly FakeTimeProvider _time = new();
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<SshKeyKind, bool> KeysWithAndWithoutCertificate
    {
        get
        {
            TheoryData<SshKeyKind, bool> data = [];
            foreach (SshKeyKind kind in Enum.GetValues<SshKeyKind>())
            {
                data.Add(kind, false);
                data.Add(kind, true);
            }

            return data;
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(KeysWithAndWithoutCertificate))]
    public async Task Client_WithTheSystemsAgent_AddsListsSignsRemoves(SshKeyKind kind, bool certified)
    {
        Tool.Require("ssh-agent");
        using SystemAgent agent = SystemAgent.Start(_folder.Path("agent"));
        await using SshAgentClient client = await SshAgentClient.ConnectAsync(agent.SocketPath, _stop.Token);
        await ExerciseAsync(client, kind, certified);
    }

    [Theory]
    [MemberData(nameof(KeysWithAndWithoutCertificate))]
    public async Task Client_WithOurServer_AddsListsSignsRemoves(SshKeyKind kind, bool certified)
    {
        using SshKeyring keyring = new(_time);
        await using Served served = new(keyring);
        await ExerciseAsync(served.Client, kind, certified);
    }

    [Fact]
    public async Task Server_AskedBySshAddAndSshKeygen_Answers()
    {
        Tool.Require("ssh-add");
        using SshKeyring keyring = new(_time);
        await using ListeningAgent agent = new(keyring, _folder.Path("our"));
        Dictionary<string, string> environment = new() { ["SSH_AUTH_SOCK"] = agent.SocketPath };

        Tool.Run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "one", "-f", _folder.Path("key")]);
        Tool.Run("ssh-keygen", ["-q", "-s", _folder.Path("key"), "-I", "id", "-n", "root", _folder.Path("key.pub")]);
        await Task.Run(() => Tool.Run("ssh-add", ["-t", "60", _folder.Path("key")], environment: environment), _stop.Token);
        string list = await Task.Run(() => Tool.Run("ssh-add", ["-L"], environment: environment), _stop.Token);
        Assert.Equal(
            [File.ReadAllText(_folder.Path("key.pub")).Trim(), File.ReadAllText(_folder.Path("key-cert.pub")).Trim()],
            list.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        // The tool lets our agent sign and verifies with the public key: -T tests that the agent has the private half.
        await Task.Run(() => Tool.Run("ssh-add", ["-T", _folder.Path("key.pub")], environment: environment), _stop.Token);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Empty(await keyring.ListAsync(_stop.Token));
        await Task.Run(() => Tool.Run("ssh-add", ["-D"], environment: environment), _stop.Token);
    }

    [Fact]
    public async Task Keyring_Lifetime_EndsListingAndSigning()
    {
        using SshKeyring keyring = new(_time);
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        await keyring.AddAsync(key, null, "", new SshAgentConstraints { Lifetime = TimeSpan.FromMinutes(1) }, _stop.Token);
        Assert.NotEmpty(await keyring.SignAsync(key.PublicKey.Blob, "ssh-ed25519", Data, _stop.Token));
        _time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<SshKeyException>(async () => await keyring.SignAsync(key.PublicKey.Blob, "ssh-ed25519", Data, _stop.Token));
    }

    [Fact]
    public async Task Keyring_Confirm_AsksForEachSignature()
    {
        bool answer = true;
        int asked = 0;
        using SshKeyring keyring = new(_time, (_, _) =>
        {
            asked++;
            return ValueTask.FromResult(answer);
        });
        await using Served served = new(keyring);
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        await served.Client.AddAsync(key, null, "", new SshAgentConstraints { Confirm = true }, _stop.Token);
        await served.Client.SignAsync(key.PublicKey.Blob, "ssh-ed25519", Data, _stop.Token);
        answer = false;
        await Assert.ThrowsAsync<SshKeyException>(async () => await served.Client.SignAsync(key.PublicKey.Blob, "ssh-ed25519", Data, _stop.Token));
        Assert.Equal(2, asked);

        using SshKeyring mute = new(_time);
        await Assert.ThrowsAsync<SshKeyException>(async () => await mute.AddAsync(key, null, "", new SshAgentConstraints { Confirm = true }, _stop.Token));
    }

    [Fact]
    public async Task Keyring_Full_RefusesMore()
    {
        using SshKeyring keyring = new(_time);
        for (int i = 0; i < SshKeyring.MaxKeys; i++)
        {
            using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
            await keyring.AddAsync(key, null, $"{i}", SshAgentConstraints.None, _stop.Token);
        }

        using SshPrivateKey last = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        await Assert.ThrowsAsync<SshKeyException>(async () => await keyring.AddAsync(last, null, "", SshAgentConstraints.None, _stop.Token));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(256u * 1024 + 1)]
    [InlineData(uint.MaxValue)]
    public async Task Server_LengthThatLies_EndsTheConnection(uint length)
    {
        using MemoryStream stream = new();
        byte[] header = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(header, length);
        stream.Write(header);
        stream.Position = 0;
        using SshKeyring keyring = new(_time);
        await Assert.ThrowsAsync<SshProtocolException>(() => SshAgentServer.ServeAsync(stream, keyring, _stop.Token));
    }

    [Fact]
    public async Task Server_DamagedRequests_AreFailuresAndTheConnectionGoesOn()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        SshCertificate certificate = SshCertificateTests.Request(key).Sign(key);
        using SshKeyring keyring = new(_time);
        await using Served served = new(keyring);
        foreach (byte[] request in (byte[][])
            [AgentRequests.Add(key, certificate, "c", SshAgentConstraints.None),
             AgentRequests.Sign(key.PublicKey.Blob.Span, key.PublicKey.Type, Data), AgentRequests.Remove(key.PublicKey.Blob.Span), [22, 0, 0, 0, 0], [27], [255]])
        {
            for (int length = 1; length < request.Length; length++)
                Assert.Equal(Failure, await served.AskAsync(request[..length], _stop.Token));
        }

        Assert.Empty(await served.Client.ListAsync(_stop.Token));
        Assert.Equal(Failure, await served.AskAsync([.. AgentRequests.Add(key, null, "c", new SshAgentConstraints { Confirm = true })[..^1], 255], _stop.Token));
    }

    [Fact]
    public async Task H06_Server_RsaWithoutSha2Flags_Refuses()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        using SshKeyring keyring = new(_time);
        await using Served served = new(keyring);
        await served.Client.AddAsync(key, null, "", SshAgentConstraints.None, _stop.Token);
        byte[] request = AgentRequests.Sign(key.PublicKey.Blob.Span, "rsa-sha2-512", Data);
        Assert.Equal(AgentMessage.SignResponse, (await served.AskAsync(request, _stop.Token))[0]);
        request[^1] = 0;
        Assert.Equal(Failure, await served.AskAsync(request, _stop.Token));
    }

    [Fact]
    public async Task Client_AnswerThatLies_Throws()
    {
        foreach (byte[] answer in (byte[][])[[12, 255, 255, 255, 255], [12, 0, 0, 0, 1, 0, 0, 0, 9], [12], [12, 0, 0, 0, 0, 7]])
        {
            MemoryStream stream = new([.. new byte[5], 0, 0, 0, (byte)answer.Length, .. answer]);
            await using SshAgentClient client = new(stream);
            await Assert.ThrowsAsync<SshProtocolException>(async () => await client.ListAsync(_stop.Token));
        }
    }

    private async Task ExerciseAsync(SshAgentClient client, SshKeyKind kind, bool certified)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, 2048);
        SshCertificate? certificate = certified ? SshCertificateTests.Request(key).Sign(key) : null;
        await client.AddAsync(key, certificate, "a comment", new SshAgentConstraints { Lifetime = TimeSpan.FromHours(1) }, _stop.Token);

        SshAgentIdentity identity = Assert.Single(await client.ListAsync(_stop.Token));
        Assert.Equal("a comment", identity.Comment);
        Assert.Equal(key.PublicKey, identity.PublicKey);
        Assert.True((certificate?.Blob ?? default).Span.SequenceEqual((identity.Certificate?.Blob ?? default).Span));

        SshCredential credential = Assert.Single(await client.GetCredentialsAsync(_stop.Token));
        foreach (string algorithm in key.PublicKey.SignatureAlgorithms)
            {
            byte[] signature = await credential.SignAsync(algorithm, Data, _stop.Token);
            Assert.True(key.PublicKey.Verify(algorithm, Data, signature));
        }

        await client.RemoveAsync(identity.Blob, _stop.Token);
        Assert.Empty(await client.ListAsync(_stop.Token));
        await Assert.ThrowsAsync<SshKeyException>(async () => await client.SignAsync(identity.Blob, key.PublicKey.SignatureAlgorithms[0], Data, _stop.Token));
        await client.AddAsync(key, certificate, "", SshAgentConstraints.None, _stop.Token);
        await client.RemoveAllAsync(_stop.Token);
        Assert.Empty(await client.ListAsync(_stop.Token));
    }

    /// <summary>A client connected to our server in this process.</summary>
    private sealed class Served : IAsyncDisposable
    {
        private readonly NetworkStream _raw;
        private readonly Task _serving;

        public Served(ISshAgent agent)
        {
            using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
            listener.Listen(1);
            Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
            _raw = new NetworkStream(client, ownsSocket: true);
            Client = new SshAgentClient(_raw);
            _serving = ServeAsync(listener.Accept(), agent);
        }

        public SshAgentClient Client { get; }

        public async Task<byte[]> AskAsync(byte[] request, CancellationToken cancellationToken)
        {
            await AgentFrame.WriteAsync(_raw, request, cancellationToken);
            return (await AgentFrame.ReadAsync(_raw, cancellationToken))!;
        }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await _serving.WaitAsync(Limit);
        }

        private static async Task ServeAsync(Socket socket, ISshAgent agent)
        {
            await using NetworkStream stream = new(socket, ownsSocket: true);
            await SshAgentServer.ServeAsync(stream, agent, CancellationToken.None);
        }
    }

    /// <summary>Our server on a Unix socket, for programs.</summary>
    private sealed class ListeningAgent : IAsyncDisposable
    {
        private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly Task _accepting;

        public ListeningAgent(ISshAgent agent, string path)
        {
            SocketPath = path;
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            _listener.Listen();
            _accepting = AcceptAsync(agent);
        }

        public string SocketPath { get; }

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _accepting.WaitAsync(Limit);
        }

        private async Task AcceptAsync(ISshAgent agent)
        {
            try
            {
                while (true)
                {
                    await using NetworkStream stream = new(await _listener.AcceptAsync(), ownsSocket: true);
                    await SshAgentServer.ServeAsync(stream, agent, CancellationToken.None);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return; // the listener was closed
            }
        }
    }
}
