using System.Runtime.Versioning;

// The tests drive programs of Linux; the library itself also serves tsh elsewhere.
[assembly: SupportedOSPlatform("linux")]

namespace Teleport.Pki.Tests;

/// <summary>A folder of its own for a test, removed with all it holds.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("pki-tests-").FullName;

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(Path(name), text);
        return Path(name);
    }

    /// <summary>Writes a file that only its owner can read, as ssh-keygen demands of private keys.</summary>
    public string WriteSecret(string name, string text)
    {
        Write(name, text);
        File.SetUnixFileMode(Path(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Path(name);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
