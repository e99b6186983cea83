namespace Teleport.Architecture.Tests;

public sealed class ReferenceTests
{
    [Fact]
    public void References_OfEveryProject_FollowTheTable()
    {
        Assert.NotEmpty(Repository.Projects);
        string[] objections =
        [
            .. Repository.Projects.SelectMany(static project => project.References
                .Select(to => (project.Path, To: to, Objection: Rooms.Objection(project.Room, to)))
                .Where(static reference => reference.Objection is not null)
                .Select(static reference => $"{reference.Path} refers to {reference.To}: {reference.Objection}")),
        ];

        Assert.Empty(objections);
    }

    [Fact]
    public void Projects_AllOfThem_AreInTheTableAndInTheSolution()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "Teleport.sln")).Replace('\\', '/');

        Assert.Empty(Repository.Projects.Where(static p => !Rooms.IsKnown(p.Room)).Select(static p => p.Path));
        Assert.Empty(Repository.Projects.Where(p => !solution.Contains(p.Path, StringComparison.Ordinal)).Select(static p => p.Path));
    }

    [Fact]
    public void Projects_OfPlugins_AreBuiltWithTheHost()
    {
        string host = File.ReadAllText(Path.Combine(Repository.Root, "src/Host/Teleport.Host.csproj"));

        Assert.Contains("plugins/*/*.csproj", host, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plugins/Node", "plugins/Auth")]
    [InlineData("plugins/Node", "src/Hosting")]
    [InlineData("src/Ssh", "src/Abstractions")]
    [InlineData("src/Access", "src/Pki")]
    [InlineData("src/Testing", "src/Tsh")]
    [InlineData("src/Nowhere", "src/Abstractions")]
    [InlineData("tests/Node.Tests", "src/Host")]
    public void Table_OfRooms_ForbidsWhatItShould(string from, string to) => Assert.NotNull(Rooms.Objection(from, to));
}
