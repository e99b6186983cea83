namespace Teleport.Ssh.Tests.Hostile;

/// <summary>Lies in the frame of packets, in the clear and under every cipher, sent to a server by one who has logged in.</summary>
public sealed class PacketAttackTests
{
    private const byte Ping = 192;
    private const byte Pong = 193;

    public static TheoryData<string, string> Protections =>
        new(from cipher in SshAlgorithms.SupportedCiphers
            from mac in cipher.EndsWith("-ctr", StringComparison.Ordinal) ? SshAlgorithms.SupportedMacs : SshAlgorithms.SupportedMacs.Take(1)
            select (cipher, mac));

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task H01_LengthThatLies_EndsTheConnectionAtOnce(string cipher, string mac)
    {
        foreach (uint lie in (uint[])[0, 1, 11, 35_001, int.MaxValue, 0x80000000, uint.MaxValue])
            await AttackAsync(cipher, mac, peer => peer.SendAsync(new byte[100], length: lie));
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task H01_PaddingThatLies_EndsTheConnectionAtOnce(string cipher, string mac)
    {
        foreach (byte lie in (byte[])[0, 3, 200, 255])
            await AttackAsync(cipher, mac, peer => peer.SendAsync(new byte[50], padding: lie));
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task H01_BitChangedOnTheWay_EndsTheConnectionAtOnce(string cipher, string mac)
    {
        for (int position = 4; position < 70; position += 11)
        {
            await AttackAsync(cipher, mac, async peer =>
            {
                byte[] packet = peer.Seal([Ping, 0, 0, 0, 40, .. new byte[40]]);
                packet[position % packet.Length] ^= 1;
                await peer.SendBytesAsync([.. packet, .. new byte[40_000]]); // enough, whatever length it is taken for
            });
        }
    }

    [Fact]
    public async Task H02_NumbersThatDoNotRestart_EndTheConnection()
    {
        // chacha20-poly1305 and the MACs number packets; the control restarts, as AttackAsync has it.
        await AttackAsync("chacha20-poly1305@openssh.com", "hmac-sha2-256", peer => peer.SendAsync(new byte[50], padding: 0));

        (System.Net.Sockets.Socket socket, Task<SshConnection> server) = await WirePeer.AttackServerAsync();
        await using WirePeer peer = new(socket) { Cipher = "chacha20-poly1305@openssh.com", RestartsSequence = false };
        await peer.HandshakeAsync();
        await peer.SendAsync(WirePeer.Packet(5, writer => writer.WriteString("ssh-userauth")));

        await Assert.ThrowsAsync<SshProtocolException>(() => server.WaitAsync(SshPair.Patience));
    }

    /// <summary>Logs in, sees that an honest packet is answered, sends the other one; the server must hang up.</summary>
    private static async Task AttackAsync(string cipher, string mac, Func<WirePeer, Task> attack)
    {
        (System.Net.Sockets.Socket socket, Task<SshConnection> accepting) = await WirePeer.AttackServerAsync();
        await using WirePeer peer = new(socket) { Cipher = cipher, Mac = mac };
        await peer.HandshakeAsync();
        await peer.LogInAsync(SshPair.UserPrivateKey);
        await using SshConnection server = await accepting.WaitAsync(SshPair.Patience);
        await peer.SendAsync([Ping, 0, 0, 0, 2, 7, 7]);
        Assert.Equal([Pong, 0, 0, 0, 2, 7, 7], await peer.ReceiveAsync(Pong));

        await attack(peer);

        await peer.AwaitEndAsync();
        await server.Completion.WaitAsync(SshPair.Patience);
        Assert.Equal(SshDisconnectReason.ProtocolError, server.CloseReason!.Reason);
    }
}
