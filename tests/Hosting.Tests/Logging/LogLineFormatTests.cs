using System.Text.Json;
using Microsoft.Extensions.Logging;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Logging;

namespace Teleport.Hosting.Tests.Logging;

public sealed class LogLineFormatTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static LogLine Line(string message, LogLevel level = LogLevel.Information, Exception? exception = null) =>
        new(Noon, level, "NODE", 4001, message, [new("User", "alice"), new("{OriginalFormat}", "x")], exception);

    [Fact]
    public void Text_AnEntry_IsOneLineInTheUsualShape()
    {
        Assert.Equal("INFO [NODE]      Hello", LogLineFormat.Text(Line("Hello"), withTime: false));
        Assert.Equal("2030-01-02T12:00:00.000Z WARN [NODE]      Hello", LogLineFormat.Text(Line("Hello", LogLevel.Warning), withTime: true));
    }

    [Fact]
    public void Text_ValuesWithLineBreaks_CannotForgeAnEntry()
    {
        string text = LogLineFormat.Text(Line("user \"a\nERRO [AUTH] fake\u001b[2J\" failed"), withTime: false);

        Assert.DoesNotContain('\n', text);
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("a\\nERRO", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_AnEntry_HasItsFactsAsFields()
    {
        JsonElement json = JsonDocument.Parse(LogLineFormat.Json(Line("Hello", LogLevel.Error, new InvalidOperationException("why")))).RootElement;

        Assert.Equal("error", json.GetProperty("level").GetString());
        Assert.Equal("NODE", json.GetProperty("component").GetString());
        Assert.Equal("alice", json.GetProperty("fields").GetProperty("User").GetString());
        Assert.Contains("why", json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Teleport.Node.Sessions.Shell", "NODE")]
    [InlineData("Teleport.Hosting.TeleportHost", "PROC")]
    [InlineData("Teleport.Storage.Sqlite.Writer", "SQLITE")]
    [InlineData("Acme.Echo", "ECHO")]
    public void Component_OfACategory_IsItsRoom(string category, string component) => Assert.Equal(component, LogComponents.Of(category));

    [Fact]
    public void File_AsOutput_IsAppendedAndItsOwnersAlone()
    {
        using var folder = new TempFolder();
        string path = folder.Write("t.log", "before\n");
        File.Delete(path);
        using (ILoggerFactory loggers = LogSetup.CreateFactory(new LogOptions { Output = path, Level = LogLevel.Warning }, TimeProvider.System))
        {
            ILogger logger = loggers.CreateLogger("Teleport.Node.X");
#pragma warning disable CA1848, CA1873 // A test writes what it likes.
            logger.LogInformation("not this");
            logger.LogWarning("this");
#pragma warning restore CA1848, CA1873
        }

        string line = Assert.Single(File.ReadAllLines(path));
        Assert.EndsWith("WARN [NODE]      this", line, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Output_ThatCannotBeOpened_IsAMistake()
    {
        var e = Assert.Throws<ConfigurationException>(() => LogSetup.CreateFactory(new LogOptions { Output = "/no/such/folder/t.log" }, TimeProvider.System));

        Assert.Contains("teleport.log.output", e.Message, StringComparison.Ordinal);
    }
}
