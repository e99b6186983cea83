using Teleport.Abstractions.Errors;
using Teleport.Client.Output;

namespace Teleport.Client.Tests.Output;

public sealed class TableTests
{
    [Fact]
    public void ToString_Table_IsAlignedWithoutBlanksAtTheEnd()
    {
        var table = new Table("Node Name", "Labels");
        table.Add("a", "x=1, y=2\nz=3");
        Assert.Equal("Node Name Labels\n--------- --------\na         x=1, y=2\n          z=3\n", table.ToString());
    }

    [Fact]
    public void ParseFormat_Unknown_ListsWhatIsPossible()
    {
        Assert.Equal(OutputFormat.Json, Documents.ParseFormat("JSON", OutputFormat.Text, OutputFormat.Text, OutputFormat.Json));
        TeleportException error = Assert.Throws<TeleportException>(() => Documents.ParseFormat("xml", OutputFormat.Text, OutputFormat.Text, OutputFormat.Json));
        Assert.Contains("text, json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1h30m", 90)]
    [InlineData("2d", 2880)]
    [InlineData("45m", 45)]
    [InlineData("1.5h", 90)]
    public void Duration_Text_IsRead(string text, int minutes) => Assert.Equal(TimeSpan.FromMinutes(minutes), DurationText.Parse(text, "--ttl"));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("h")]
    [InlineData("-1h")]
    [InlineData("1w")]
    public void Duration_SomethingElse_NamesTheOption(string text) =>
        Assert.Contains("--ttl", Assert.Throws<TeleportException>(() => DurationText.Parse(text, "--ttl")).Message, StringComparison.Ordinal);
}
