using System.IO.Pipelines;
using System.Text;

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
