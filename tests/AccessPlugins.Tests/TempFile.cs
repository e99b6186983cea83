namespace Teleport.AccessPlugins.Tests;

/// <summary>A private file with a secret, which goes with the test.</summary>
internal sealed class TempFile : IDisposable
{
    public TempFile(string text)
    {
        Path = System.IO.Path.GetTempFileName();
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write(text);
    }

    public string Path { get; }

    public void Write(string text) => File.WriteAllText(Path, text + "\n");

    public void Dispose() => File.Delete(Path);
}
