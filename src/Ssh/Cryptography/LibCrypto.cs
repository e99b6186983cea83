using System.Reflection;
using System.Runtime.InteropServices;

namespace Teleport.Ssh.Cryptography;

/// <summary>Finds the system's libcrypto, which .NET loads on Linux anyway, for primitives that the base library lacks.</summary>
/// <remarks>
/// Imports name <see cref="Name"/>; the resolver maps it to the first of the known sonames. Ask <see cref="IsAvailable"/> before
/// the first call of an import: that also installs the resolver. Where libcrypto is absent, callers fall back to BouncyCastle.
/// </remarks>
internal static partial class LibCrypto
{
    public const string Name = "libcrypto";

    private static readonly nint Handle = Load();

    /// <summary>Whether libcrypto was found; when false, no import may be called.</summary>
    public static bool IsAvailable => Handle != 0;

    /// <summary>Whether this libcrypto exports a function: 1.1 lacks some that 3.0 has.</summary>
    public static bool Has(string function) => IsAvailable && NativeLibrary.TryGetExport(Handle, function, out _);

    /// <summary>Throws when a libcrypto call reports failure, and empties the thread's error queue, which .NET shares.</summary>
    public static void Check(int result, string operation)
    {
        if (result > 0)
            return;

        ERR_clear_error();
        throw new SshException($"The system's libcrypto failed in {operation}.");
    }

    public static void ClearErrors() => ERR_clear_error();

    private static nint Load()
    {
        nint handle = 0;
        _ = NativeLibrary.TryLoad("libcrypto.so.3", out handle) || NativeLibrary.TryLoad("libcrypto.so.1.1", out handle);
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name == Name ? handle : 0);
        return handle;
    }

    [LibraryImport(Name)]
    private static partial void ERR_clear_error();
}
