using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests;

public sealed class SshConnectionTests
{
    public static TheoryData<string> KeyExchanges => [.. SshAlgorithms.SupportedKeyExchange];

    public static TheoryData<string, string> CiphersAndMacs
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string cipher in SshAlgorithms.SupportedCiphers)
            {
                foreach (string mac in SshAlgorithms.SupportedMacs)
                    data.Add(cipher, mac);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(KeyExchanges))]
    public async Task Connect_EachKeyExchange_CarriesData(string name)
    {
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler(), client: With(SshAlgorithms.Default with { KeyExchange = [name] }));

        Assert.Equal(name, pair.Client.NegotiatedAlgorithms.KeyExchange);
        Assert.True(pair.Client.NegotiatedAlgorithms.StrictKeyExchange);
        Assert.Equal(pair.Client.SessionId.ToArray(), pair.Server.SessionId.ToArray());
        Assert.Equal("hello", await EchoAsync(pair.Client, "hello"));
    }

    [Theory]
    [MemberData(nameof(CiphersAndMacs))]
    public async Task Connect_EachCipherAndMac_CarriesData(string cipher, string mac)
    {
        SshAlgorithms algorithms = SshAlgorithms.Default with { Ciphers = [cipher], Macs = [mac] };
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler(), client: With(algorithms));

        Assert.Equal(cipher, pair.Client.NegotiatedAlgorithms.CipherToServer);
        string text = new('x', 100_000);
        Assert.Equal(text, await EchoAsync(pair.Client, text));
    }

    [Theory]
    [InlineData(SshKeyKind.Ed25519)]
    [InlineData(SshKeyKind.EcdsaP256)]
    [InlineData(SshKeyKind.EcdsaP384)]
    [InlineData(SshKeyKind.EcdsaP521)]
    [InlineData(SshKeyKind.Rsa)]
    public async Task Connect_EachKindOfKey_ProvesUserAndServer(SshKeyKind kind)
    {
        using SshPrivateKey hostKey = SshPrivateKey.Generate(kind, 2048);
        using SshPrivateKey userKey = SshPrivateKey.Generate(kind, 2048);
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        KeyAuthenticator authenticator = new(userKey.PublicKey);
        Task<SshConnection> accepting = SshConnection.AcceptAsync(
            new NetworkStream(serverSocket, ownsSocket: true),
            new SshServerOptions { HostKeys = [SshCredential.FromKey(hostKey)], Authenticator = authenticator });
        await using SshConnection client = await SshConnection.ConnectAsync(
            new NetworkStream(clientSocket, ownsSocket: true),
            new SshClientOptions { UserName = "alice", Credentials = [SshCredential.FromKey(userKey)], HostKeyVerifier = new PinnedHostKey(hostKey.PublicKey) })
            .WaitAsync(SshPair.Patience);
        await using SshConnection server = await accepting.WaitAsync(SshPair.Patience);

        Assert.Equal(userKey.PublicKey.Fingerprint, server.Identity);
        Assert.Equal(hostKey.PublicKey.SignatureAlgorithms[0], client.NegotiatedAlgorithms.HostKey);
        Assert.Equal(clientSocket.LocalEndPoint, authenticator.Attempts[0].RemoteEndPoint);
    }

    [Fact]
    public async Task Connect_Accepted_HasTheIdentityOfTheAuthenticator()
    {
        await using SshPair pair = await SshPair.ConnectAsync();

        Assert.Equal("alice", pair.Server.UserName);
        Assert.Equal(SshPair.UserPublicKey.Fingerprint, pair.Server.Identity);
        Assert.Equal("SSH-2.0-Teleport", pair.Server.RemoteVersion);
    }

    private static SshTransportOptions With(SshAlgorithms algorithms) => new() { Algorithms = algorithms };

    private static async Task<string> EchoAsync(SshConnection client, string text)
    {
        SshChannel channel = await client.OpenChannelAsync("echo").WaitAsync(SshPair.Patience);
        Task<string> reading = ReadAllAsync(channel.Input);
        await channel.Output.WriteAsync(Encoding.UTF8.GetBytes(text));
        await channel.Output.CompleteAsync();
        return await reading.WaitAsync(SshPair.Patience);
    }

    private static async Task<string> ReadAllAsync(PipeReader reader)
    {
        using MemoryStream stream = new();
        await reader.CopyToAsync(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
