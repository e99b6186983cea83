namespace Teleport.Yaml.Tests;

public sealed class YamlBinderTests
{
    private static Sample Bind(string text) => YamlBinder.Bind(YamlDocuments.Parse(text)[0], SampleJson.Default.Sample);

    private static IReadOnlyList<YamlMistake> MistakesOf(string text) => Assert.Throws<YamlMistakesException>(() => Bind(text)).Mistakes;

    [Fact]
    public void Bind_EveryKindOfValue_ArrivesTyped()
    {
        Sample sample = Bind("""
            name: 12
            enabled: yes
            count: 7
            ratio: 0.5
            tags: one
            labels: {env: no, tier: 1}
            inner: {listen_addr: a:1, active: on}
            many:
            - active: "true"
            expires: 2030-01-02T03:04:05Z
            colour: green
            """);

        Assert.Equal("12", sample.Name);
        Assert.True(sample.Enabled);
        Assert.Equal(7, sample.Count);
        Assert.Equal(0.5, sample.Ratio);
        Assert.Equal(["one"], sample.Tags);
        Assert.Equal(new Dictionary<string, string> { ["env"] = "no", ["tier"] = "1" }, sample.Labels);
        Assert.Equal(new SampleInner { ListenAddr = "a:1", Active = true }, sample.Inner);
        Assert.True(Assert.Single(sample.Many!).Active);
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), sample.Expires);
        Assert.Equal(Colour.Green, sample.Colour);
    }

    [Fact]
    public void Bind_EmptyKey_LeavesTheInitialValue() => Assert.Equal(3, Bind("count:\nname: x\n").Count);

    [Fact]
    public void Bind_UnknownKey_IsAnErrorWithPlaceAndNearestKey()
    {
        YamlMistake mistake = Assert.Single(MistakesOf("name: x\ninner:\n  listen_adr: a:1\n"));

        Assert.Equal(new YamlLocation(3, 3), mistake.Location);
        Assert.Equal("inner.listen_adr", mistake.Path);
        Assert.Contains("did you mean \"listen_addr\"?", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_SeveralMistakes_AreReportedAtOnceInOrder()
    {
        IReadOnlyList<YamlMistake> mistakes = MistakesOf("""
            enabled: [ true|false ]
            count: int
            ratio: float
            nmae: x
            colour: blue
            expires: tomorrow
            many:
            - active: maybe
            """);

        Assert.Equal(
            ["enabled", "count", "ratio", "nmae", "colour", "expires", "many[0].active"],
            mistakes.Select(static m => m.Path));
        Assert.Equal("line 1, column 10: enabled: expected yes or no, got a list", mistakes[0].ToString());
        Assert.Contains("Red, Green", mistakes[4].Message, StringComparison.Ordinal);
        Assert.Contains("2030-12-31", mistakes[5].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("listen_adr", "listen_addr")]
    [InlineData("Listen-Addr", "listen_addr")]
    [InlineData("labesl", "labels")]
    [InlineData("zzzzzz", null)]
    public void NearestName_ASlip_IsFound(string typed, string? meant) =>
        Assert.Equal(meant, NearestName.Find(typed, ["listen_addr", "labels", "commands"]));
}
