using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;
using Teleport.Ssh.KeyExchange;

namespace Teleport.Ssh.Tests.Cryptography;

/// <summary>Primitives against known answers, and the system's libcrypto against the fallbacks.</summary>
public sealed class PrimitivesTests
{
    [Fact]
    public void AesCtr_BothWays_Agree()
    {
        foreach (int keySize in (int[])[16, 24, 32])
        {
            byte[] key = RandomNumberGenerator.GetBytes(keySize);
            byte[] counter = [.. Enumerable.Repeat((byte)0xff, 16)]; // wraps around
            using AesCtr one = AesCtr.Create(key, counter);
            using AesCtr other = AesCtr.CreatePortable(key, counter);
            foreach (int length in (int[])[1, 15, 16, 17, 5000, 3])
            {
                byte[] data = RandomNumberGenerator.GetBytes(length);
                byte[] copy = [.. data];
                one.Transform(data);
                other.Transform(copy);
                Assert.Equal(copy, data);
            }
        }
    }

    /// <summary>The first vector of RFC 3686 section 6.</summary>
    [Fact]
    public void AesCtr_KnownAnswer_Matches()
    {
        using AesCtr cipher = AesCtr.Create(
            Convert.FromHexString("AE6852F8121067CC4BF7A5765577F39E"), Convert.FromHexString("00000030000000000000000000000001"));
        byte[] data = "Single block msg"u8.ToArray();

        cipher.Transform(data);

        Assert.Equal("E4095D4FB7A7B3792D6175A3261311B8", Convert.ToHexString(data));
    }

    [Fact]
    public void ChaCha20_BothWays_Agree()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        using ChaCha20 one = ChaCha20.Create(key);
        using ChaCha20 other = ChaCha20.CreatePortable(key);
        foreach (ulong nonce in (ulong[])[0, 1, uint.MaxValue])
        {
            byte[] data = RandomNumberGenerator.GetBytes(64 + 1000);
            byte[] copy = [.. data];
            one.Start(nonce);
            one.Transform(data.AsSpan(0, 64), data.AsSpan(0, 64));
            one.Transform(data.AsSpan(64), data.AsSpan(64));
            other.Start(nonce);
            other.Transform(copy, copy);
            Assert.Equal(copy, data);
        }
    }

    /// <summary>RFC 8439 section 2.5.2.</summary>
    [Fact]
    public void Poly1305_KnownAnswer_Matches()
    {
        byte[] key = Convert.FromHexString("85D6BE7857556D337F4452FE42D506A80103808AFB0DB2FD4ABFF6AF4149F51B");
        foreach (Poly1305 poly in (Poly1305[])[Poly1305.Create(), Poly1305.CreatePortable()])
        {
            byte[] tag = new byte[16];
            poly.Compute(key, "Cryptographic Forum Research Group"u8, tag);
            Assert.Equal("A8061DC1305136C6C22B8BAF0C0127A9", Convert.ToHexString(tag));
            poly.Dispose();
        }
    }

    /// <summary>RFC 7748 section 6.1.</summary>
    [Fact]
    public void X25519_KnownAnswer_Matches()
    {
        byte[] alicePrivate = Convert.FromHexString("77076D0A7318A57D3C16C17251B26645DF4C2F87EBC0992AB177FBA51DB92C2A");
        byte[] bobPublic = Convert.FromHexString("DE9EDB7D7B7DC1B4D35B61C2ECE435373F8343C85B78674DADFC7E146F882B4F");

        Assert.Equal("4A5D9D5BA4CE2DE1728E3BF480350F25E07E21C947D19E3376F09B3C1E161742", Convert.ToHexString(X25519.Agree(alicePrivate, bobPublic)));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("E0EB7A7C3B41B8AE1656E3FAF19FC46ADA098DEB9C32B1FD866205165F49B800")]
    [InlineData("5F9C95BCA3508C24B1D0B1559C83EF5B04445CC4581C8E86D8224EDDD09F1157")]
    [InlineData("ECFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F")]
    public void H06_X25519_LowOrderPoint_IsRefused(string point)
    {
        (byte[] privateKey, _) = X25519.Generate();

        Assert.Throws<SshProtocolException>(() => X25519.Agree(privateKey, Convert.FromHexString(point)));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    [InlineData(521)]
    public void H06_NistEcdh_PointOffTheCurve_IsRefused(int bits)
    {
        using NistEcdh own = new(bits);
        using NistEcdh peer = new(bits);
        byte[] good = peer.PublicPoint;
        byte[] off = [.. good];
        off[^1] ^= 1;
        byte[] infinity = [0];
        byte[] compressed = [0x02, .. good[1..(1 + ((good.Length - 1) / 2))]];

        Assert.Equal(peer.Agree(own.PublicPoint), own.Agree(good));
        Assert.All([off, infinity, compressed, good[..^1], [.. good, 0]], point => Assert.Throws<SshProtocolException>(() => own.Agree(point)));
    }

    [Fact]
    public void H06_Modp_ValuesOutsideTheGroup_AreRefused()
    {
        using ModpAgreement own = new(ModpGroups.Group14, 320);
        byte[] one = [1];
        byte[] prime = SharedSecret.Mpint(ModpGroups.Group14);
        byte[] minusOne = [.. prime];
        minusOne[^1]--;
        byte[] negative = [0x80];
        byte[] padded = [0, 5];

        Assert.All([[], one, prime, minusOne, negative, padded, [0]], value => Assert.Throws<SshProtocolException>(() => own.Complete(value)));
        Assert.NotEmpty(own.Complete([2]));
    }

    [Fact]
    public void H06_Hybrids_WrongSizes_AreRefused()
    {
        foreach (KeyExchangeAlgorithm algorithm in KeyExchangeAlgorithm.All.Where(algorithm => algorithm.Name is "mlkem768x25519-sha256" or "sntrup761x25519-sha512"))
        {
            using KeyAgreement client = algorithm.Create();
            using KeyAgreement server = algorithm.Create();
            byte[] init = client.CreateInit();
            Assert.All([init[..^1], [.. init, 0], []], value => Assert.Throws<SshProtocolException>(() => { _ = server.Respond(value); }));
            byte[] lowOrder = [.. init[..^32], .. new byte[32]];
            Assert.Throws<SshProtocolException>(() => { _ = server.Respond(lowOrder); });

            (byte[] secret, byte[] reply) = server.Respond(init);
            Assert.All([reply[..^1], [.. reply, 0], []], value => Assert.Throws<SshProtocolException>(() => client.Complete(value)));
            Assert.Equal(secret, client.Complete(reply));
        }
    }

    [Fact]
    public void ModularExponent_BothWays_Agree()
    {
        byte[] exponent = RandomNumberGenerator.GetBytes(40);

        Assert.Equal(
            ModularExponent.ComputePortable([2], exponent, ModpGroups.Group14), ModularExponent.Compute([2], exponent, ModpGroups.Group14));
    }
}
