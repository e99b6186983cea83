using System.Runtime.InteropServices;

namespace Teleport.Ssh.Cryptography;

/// <summary>Modular exponentiation in constant time by libcrypto, or by BouncyCastle. Numbers are unsigned, big-endian.</summary>
internal static partial class ModularExponent
{
    private static bool UseNative { get; } = LibCrypto.Has("BN_mod_exp_mont_consttime");

    /// <summary>Computes <c>base ^ exponent mod modulus</c>, padded to the size of the modulus.</summary>
    public static byte[] Compute(ReadOnlySpan<byte> @base, ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> modulus)
    {
        if (!UseNative)
            return ComputePortable(@base, exponent, modulus);

        using BigNumber result = BN_new();
        using BigNumber a = BN_bin2bn(@base, @base.Length, 0);
        using BigNumber p = BN_bin2bn(exponent, exponent.Length, 0);
        using BigNumber m = BN_bin2bn(modulus, modulus.Length, 0);
        using BigNumberContext context = BN_CTX_new();
        LibCrypto.Check(BN_mod_exp_mont_consttime(result, a, p, m, context, 0), "BN_mod_exp_mont_consttime");
        byte[] output = new byte[modulus.Length];
        LibCrypto.Check(BN_bn2binpad(result, output, output.Length), "BN_bn2binpad");
        return output;
    }

    /// <summary>The fallback, also for tests that compare both.</summary>
    public static byte[] ComputePortable(ReadOnlySpan<byte> @base, ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> modulus)
    {
        Org.BouncyCastle.Math.BigInteger result = new Org.BouncyCastle.Math.BigInteger(1, @base)
            .ModPow(new Org.BouncyCastle.Math.BigInteger(1, exponent), new Org.BouncyCastle.Math.BigInteger(1, modulus));
        byte[] bytes = result.ToByteArrayUnsigned();
        byte[] output = new byte[modulus.Length];
        bytes.CopyTo(output, output.Length - bytes.Length);
        return output;
    }

    [LibraryImport(LibCrypto.Name)]
    private static partial BigNumber BN_new();

    [LibraryImport(LibCrypto.Name)]
    private static partial BigNumber BN_bin2bn(ReadOnlySpan<byte> bytes, int length, nint target);

    [LibraryImport(LibCrypto.Name)]
    private static partial int BN_bn2binpad(BigNumber number, Span<byte> output, int length);

    [LibraryImport(LibCrypto.Name)]
    private static partial void BN_clear_free(nint number);

    [LibraryImport(LibCrypto.Name)]
    private static partial BigNumberContext BN_CTX_new();

    [LibraryImport(LibCrypto.Name)]
    private static partial void BN_CTX_free(nint context);

    [LibraryImport(LibCrypto.Name)]
    private static partial int BN_mod_exp_mont_consttime(
        BigNumber result, BigNumber a, BigNumber p, BigNumber m, BigNumberContext context, nint montgomery);

    private sealed class BigNumber() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            BN_clear_free(handle);
            return true;
        }
    }

    private sealed class BigNumberContext() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            BN_CTX_free(handle);
            return true;
        }
    }
}
