using Teleport.Hosting.Configuration;

namespace Teleport.Hosting.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ANewFolder_IsItsOwnersAlone()
    {
        string path = _folder.At("a", "b");

        using var data = DataDirectory.Open(path);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        Assert.False(data.WasOpenToOthers);
    }

    [Fact]
    public void Open_AFolderOpenToOthers_IsNarrowed()
    {
        File.SetUnixFileMode(_folder.Root, OwnerOnly | UnixFileMode.OtherRead | UnixFileMode.GroupRead);

        using var data = DataDirectory.Open(_folder.Root);

        Assert.True(data.WasOpenToOthers);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder.Root));
    }

    [Fact]
    public void Open_AFolderInUse_IsRefusedUntilItIsFree()
    {
        using (DataDirectory.Open(_folder.Root))
        {
            var e = Assert.Throws<ConfigurationException>(() => DataDirectory.Open(_folder.Root));
            Assert.Contains("is in use by another teleport", e.Message, StringComparison.Ordinal);
        }

        DataDirectory.Open(_folder.Root).Dispose();
    }

    [Fact]
    public void Open_WhereAFileIs_IsAMistake()
    {
        string file = _folder.Write("file", "");

        var e = Assert.Throws<ConfigurationException>(() => DataDirectory.Open(Path.Combine(file, "data")));

        Assert.Contains("Cannot use data_dir", e.Message, StringComparison.Ordinal);
    }
}
