using System.Security.Cryptography;
using Org.BouncyCastle.Pqc.Crypto.NtruPrime;
using Org.BouncyCastle.Security;
using Teleport.Ssh.Cryptography;
using Teleport.Ssh.Cryptography.NtruPrime;

namespace Teleport.Ssh.Tests.Cryptography;

/// <summary>Our sntrup761 against BouncyCastle's, which is another implementation of the same specification.</summary>
public sealed class Sntrup761Tests
{
    private const int Rounds = 10;

    [Fact]
    public void Encapsulate_ForBouncyCastlesKey_IsOpenedByIt()
    {
        SNtruPrimeKeyPairGenerator generator = new();
        generator.Init(new SNtruPrimeKeyGenerationParameters(new SecureRandom(), SNtruPrimeParameters.sntrup761));
        for (int round = 0; round < Rounds; round++)
        {
            Org.BouncyCastle.Crypto.AsymmetricCipherKeyPair pair = generator.GenerateKeyPair();
            byte[] publicKey = ((SNtruPrimePublicKeyParameters)pair.Public).GetEncoded();

            (byte[] secret, byte[] ciphertext) = Sntrup761.Encapsulate(publicKey);

            SNtruPrimeKemExtractor extractor = new((SNtruPrimePrivateKeyParameters)pair.Private);
            Assert.Equal(extractor.ExtractSecret(ciphertext), secret);
        }
    }

    [Fact]
    public void Decapsulate_MadeByBouncyCastle_IsTheSameSecret()
    {
        for (int round = 0; round < Rounds; round++)
        {
            using Sntrup761 key = Sntrup761.Generate();
            Org.BouncyCastle.Crypto.ISecretWithEncapsulation made = new SNtruPrimeKemGenerator(new SecureRandom())
                .GenerateEncapsulated(new SNtruPrimePublicKeyParameters(SNtruPrimeParameters.sntrup761, key.PublicKey));

            Assert.Equal(made.GetSecret(), key.Decapsulate(made.GetEncapsulation()));
        }
    }

    [Fact]
    public void H06_Decapsulate_AnyBitChanged_IsAnotherSecret_AlwaysTheSame()
    {
        using Sntrup761 key = Sntrup761.Generate();
        (byte[] secret, byte[] ciphertext) = Sntrup761.Encapsulate(key.PublicKey);
        for (int position = 0; position < ciphertext.Length; position += 37)
        {
            byte[] changed = [.. ciphertext];
            changed[position] ^= 1;
            byte[] other = key.Decapsulate(changed);
            Assert.NotEqual(secret, other);
            Assert.Equal(other, key.Decapsulate(changed));
        }

        Assert.Equal(secret, key.Decapsulate(ciphertext));
        Assert.Throws<SshProtocolException>(() => key.Decapsulate(ciphertext.AsSpan(1)));
    }

    [Fact]
    public void H06_Encapsulate_AnyKeyOfTheRightSize_EndsWithASecret()
    {
        foreach (byte fill in (byte[])[0x00, 0x7f, 0xff])
        {
            byte[] key = new byte[Sntrup761.PublicKeySize];
            Array.Fill(key, fill);
            Assert.Equal(Sntrup761.SecretSize, Sntrup761.Encapsulate(key).Secret.Length);
        }

        for (int round = 0; round < Rounds; round++)
            Assert.Equal(Sntrup761.CiphertextSize, Sntrup761.Encapsulate(RandomNumberGenerator.GetBytes(Sntrup761.PublicKeySize)).Ciphertext.Length);
    }

    [Fact]
    public void TryDivide_TimesTheDenominator_IsTheNumerator()
    {
        sbyte[] denominator = SmallPolynomials.RandomShort();
        int[] quotient = new int[NtruRing.Padded];
        int[] product = new int[NtruRing.Padded];

        Assert.True(NtruRing.TryDivide(7, denominator, NtruRing.Modulus, quotient));
        NtruRing.Multiply(quotient, denominator, NtruRing.Modulus, product);

        Assert.Equal([7, .. new int[NtruRing.Degree - 1]], product[..NtruRing.Degree]);
        Assert.False(NtruRing.TryDivide(1, new sbyte[NtruRing.Degree], 3, quotient));
    }

    [Fact]
    public void RandomShort_HasTheWeight_AndSortSorts()
    {
        Assert.Equal(SmallPolynomials.Weight, SmallPolynomials.RandomShort().Count(coefficient => coefficient != 0));
        for (int length = 1; length < 200; length += 7)
        {
            uint[] values = new uint[length];
            RandomNumberGenerator.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
            uint[] expected = [.. values.Order()];
            SmallPolynomials.Sort(values);
            Assert.Equal(expected, values);
        }
    }

    [Theory]
    [InlineData(NtruRing.Modulus)]
    [InlineData(1531)]
    public void Coding_Encoded_DecodesToTheSame(int bound)
    {
        ushort[] numbers = [.. Enumerable.Range(0, NtruRing.Degree).Select(_ => (ushort)RandomNumberGenerator.GetInt32(bound))];
        byte[] encoded = new byte[2000];
        int length = NtruCoding.Encode(numbers, (ushort)bound, encoded);
        ushort[] decoded = new ushort[numbers.Length];
        NtruCoding.Decode(encoded.AsSpan(0, length), (ushort)bound, decoded);

        Assert.Equal(numbers, decoded);
        Assert.Equal(bound == NtruRing.Modulus ? Sntrup761.PublicKeySize : 1007, length);
    }
}
