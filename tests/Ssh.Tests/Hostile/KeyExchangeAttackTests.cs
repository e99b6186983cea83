using System.Net.Sockets;
using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;
using Teleport.Ssh.Keys;
using Teleport.Ssh.KeyExchange;

namespace Teleport.Ssh.Tests.Hostile;

/// <summary>Values of a key agreement that are chosen to weaken it, and host keys that prove nothing.</summary>
public sealed class KeyExchangeAttackTests : IDisposable
{
    private readonly SshPrivateKey _hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    public void Dispose() => _hostKey.Dispose();

    public static TheoryData<string, string> Values => new(Poisoned());

    [Theory]
    [MemberData(nameof(Values))]
    public async Task H06_PoisonedValueOfAClient_EndsTheHandshake(string method, string value)
    {
        (Socket socket, Task<SshConnection> server) = await WirePeer.AttackServerAsync();
        await using WirePeer peer = new(socket) { KeyExchange = method };
        await peer.OfferAsync(isServer: false);

        await peer.SendAsync(WirePeer.Packet(30, writer => writer.WriteBinary(Convert.FromHexString(value))));

        await Assert.ThrowsAsync<SshProtocolException>(() => server.WaitAsync(SshPair.Patience));
        await peer.AwaitEndAsync();
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256")]
    [InlineData("sntrup761x25519-sha512")]
    [InlineData("curve25519-sha256")]
    [InlineData("ecdh-sha2-nistp256")]
    [InlineData("ecdh-sha2-nistp384")]
    [InlineData("ecdh-sha2-nistp521")]
    [InlineData("diffie-hellman-group14-sha256")]
    [InlineData("diffie-hellman-group16-sha512")]
    public async Task H06_HonestValueOfAClient_IsAnswered(string method)
    {
        (Socket socket, Task<SshConnection> server) = await WirePeer.AttackServerAsync();
        await using WirePeer peer = new(socket) { KeyExchange = method };
        await peer.OfferAsync(isServer: false);
        using KeyAgreement agreement = KeyExchangeAlgorithm.Get(method).Create();
        byte[] init = agreement.CreateInit();

        await peer.SendAsync(WirePeer.Packet(30, writer => writer.WriteBinary(init)));

        Assert.NotEmpty(await peer.ReceiveAsync(31));
        await peer.DisposeAsync();
        await Assert.ThrowsAnyAsync<SshException>(() => server.WaitAsync(SshPair.Patience));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("E0EB7A7C3B41B8AE1656E3FAF19FC46ADA098DEB9C32B1FD866205165F49B800")]
    [InlineData("00")]
    [InlineData("")]
    public async Task H06_PoisonedValueOfAServer_EndsTheHandshake(string value) =>
        await ClientRefusesAsync<SshProtocolException>(server => server.ServeHandshakeAsync(_hostKey, value: Convert.FromHexString(value)));

    [Fact]
    public async Task H06_HonestServer_IsBelieved()
    {
        (Task<SshConnection> client, WirePeer server) = await BeginAsync();
        await using WirePeer peer = server;
        await peer.ServeHandshakeAsync(_hostKey);

        // It goes on with the login.
        Assert.NotEmpty(await peer.ReceiveAsync(5));
        await peer.DisposeAsync();
        await Assert.ThrowsAnyAsync<SshException>(() => client.WaitAsync(SshPair.Patience));
    }

    [Fact]
    public async Task H06_HostKeySignatureOfAnotherKey_IsNotBelieved()
    {
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        await ClientRefusesAsync<SshHostKeyException>(server => server.ServeHandshakeAsync(_hostKey, sign: hash => other.Sign("ssh-ed25519", hash)));
    }

    [Fact]
    public async Task H06_HostKeySignatureByAnotherAlgorithm_IsNotBelieved()
    {
        using SshPrivateKey rsa = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        byte[] blob = rsa.PublicKey.Blob.ToArray();
        await ClientRefusesAsync<SshHostKeyException>(
            server => server.ServeHandshakeAsync(rsa, hostKeyBlob: blob, sign: hash => rsa.Sign("rsa-sha2-256", hash)), "rsa-sha2-512", rsa.PublicKey);
        await ClientRefusesAsync<SshHostKeyException>(
            server => server.ServeHandshakeAsync(rsa, hostKeyBlob: blob, sign: hash => Sha1Signature(hash)), "rsa-sha2-512", rsa.PublicKey);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(16_384)]
    [InlineData(65_536)]
    public async Task H06_HostKeyOfAnUnsafeSize_IsNotBelieved(int bits)
    {
        byte[] modulus = RandomNumberGenerator.GetBytes(bits / 8);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        byte[] blob = WirePeer.Build(writer =>
        {
            writer.WriteString("ssh-rsa");
            writer.WriteMpint([1, 0, 1]);
            writer.WriteMpint(modulus);
        });
        byte[] signature = WirePeer.Build(writer =>
        {
            writer.WriteString("rsa-sha2-512");
            writer.WriteBinary(new byte[256]);
        });
        await ClientRefusesAsync<SshException>(
            server => server.ServeHandshakeAsync(_hostKey, hostKeyBlob: blob, sign: _ => signature), "rsa-sha2-512");
    }

    private static byte[] Sha1Signature(byte[] hash) => WirePeer.Build(writer =>
    {
        writer.WriteString("ssh-rsa");
        writer.WriteBinary(hash);
    });

    private static IEnumerable<(string, string)> Poisoned()
    {
        string zero = new('0', 64);
        foreach (string point in (string[])[zero, "01" + zero[2..], "", "00", zero + "00", "ECFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F"])
            yield return ("curve25519-sha256", point);

        foreach ((string name, int size) in ((string, int)[])[("ecdh-sha2-nistp256", 32), ("ecdh-sha2-nistp384", 48), ("ecdh-sha2-nistp521", 66)])
        {
            yield return (name, "04" + new string('1', size * 4)); // off the curve
            yield return (name, "00"); // infinity
            yield return (name, "02" + new string('1', size * 2)); // compressed
        }

        foreach (string name in (string[])["diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512"])
        {
            byte[] prime = SharedSecret.Mpint(name.Contains("14", StringComparison.Ordinal) ? ModpGroups.Group14 : ModpGroups.Group16);
            byte[] minusOne = [.. prime[..^1], (byte)(prime[^1] - 1)];
            foreach (byte[] value in (byte[][])[[], [1], [0x80], [0, 5], prime, minusOne])
                yield return (name, Convert.ToHexString(value));
        }

        foreach (int size in (int[])[0, 32, MlKem768.PublicKeySize, MlKem768.PublicKeySize + 31, MlKem768.PublicKeySize + 33])
            yield return ("mlkem768x25519-sha256", Convert.ToHexString(new byte[size]));
        yield return ("mlkem768x25519-sha256", Convert.ToHexString([.. Enumerable.Repeat((byte)255, MlKem768.PublicKeySize), .. X25519.Generate().PublicKey]));
        foreach (int size in (int[])[0, Sntrup761.PublicKeySize, Sntrup761.PublicKeySize + 32])
            yield return ("sntrup761x25519-sha512", Convert.ToHexString(new byte[size])); // the last with a low-order point
    }

    private static async Task<(Task<SshConnection> Client, WirePeer Server)> BeginAsync(string algorithm = "ssh-ed25519", ISshHostKeyVerifier? verifier = null)
    {
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        SshClientOptions options = new() { UserName = "alice", HostKeyVerifier = verifier ?? new AnyHostKey() };
        return (SshConnection.ConnectAsync(clientSocket, options), new WirePeer(serverSocket) { HostKeyAlgorithm = algorithm });
    }

    private static async Task ClientRefusesAsync<T>(Func<WirePeer, Task> attack, string algorithm = "ssh-ed25519", SshPublicKey? pinned = null)
        where T : Exception
    {
        (Task<SshConnection> client, WirePeer server) = await BeginAsync(algorithm, pinned is null ? null : new PinnedHostKey(pinned));
        await using WirePeer peer = server;
        Task attacking = attack(peer);

        await Assert.ThrowsAnyAsync<T>(() => client.WaitAsync(SshPair.Patience));
        await Assert.ThrowsAnyAsync<Exception>(() => attacking.WaitAsync(SshPair.Patience)); // it is hung up on
    }

    private sealed class AnyHostKey : ISshHostKeyVerifier
    {
        public ValueTask<bool> VerifyAsync(SshHostKeyOffer offer, CancellationToken ct) => ValueTask.FromResult(true);
    }
}
