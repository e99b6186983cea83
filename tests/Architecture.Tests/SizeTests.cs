namespace Teleport.Architecture.Tests;

public sealed class SizeTests
{
    private const int MaxLines = 450;
    private const int MaxFilesInFolder = 60;

    [Fact]
    public void Files_AreShortEnoughToBeUnderstood()
    {
        string[] tooLong =
        [
            .. Repository.Sources("src", "plugins", "access-plugins", "tests")
                .Select(static path => (Path: path, Lines: File.ReadLines(Path.Combine(Repository.Root, path)).Count()))
                .Where(static file => file.Lines > MaxLines)
                .Select(static file => $"{file.Path} has {file.Lines} lines"),
        ];

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Folders_HoldFewEnoughFilesToBeSurveyed()
    {
        string[] tooFull =
        [
            .. Repository.Sources("src", "plugins", "access-plugins")
                .GroupBy(static path => Path.GetDirectoryName(path)!)
                .Where(static folder => folder.Count() > MaxFilesInFolder)
                .Select(static folder => $"{folder.Key} holds {folder.Count()} files"),
        ];

        Assert.Empty(tooFull);
    }

    [Fact]
    public void Sources_HoldNoStubs()
    {
        string[] bad =
        [
            .. Repository.Sources("src", "plugins", "access-plugins")
                .Where(static path => File.ReadAllText(Path.Combine(Repository.Root, path)) is var text
                    && (text.Contains("NotImplementedException", StringComparison.Ordinal) || text.Contains("// TODO", StringComparison.Ordinal))),
        ];

        Assert.Empty(bad);
    }
}
