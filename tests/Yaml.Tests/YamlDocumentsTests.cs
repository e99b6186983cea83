using System.Text;

namespace Teleport.Yaml.Tests;

public sealed class YamlDocumentsTests
{
    [Fact]
    public void Parse_SeveralDocuments_KeepsOrderAndPlaces()
    {
        IReadOnlyList<YamlNode> documents = YamlDocuments.Parse("kind: a\n---\n# nothing\n---\nkind: b\nlist:\n- 1\n");

        Assert.Equal(2, documents.Count);
        var second = Assert.IsType<YamlMapping>(documents[1]);
        Assert.Equal("b", Assert.IsType<YamlScalar>(second.Find("kind")).Text);
        Assert.Equal(new YamlLocation(7, 1), second.Find("list")!.Location);
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x\n", "anchors")]
    [InlineData("a: *x\n", "aliases")]
    [InlineData("a: !!python/object x\n", "tags")]
    [InlineData("a: 1\na: 2\n", "second time")]
    [InlineData("? [a]\n: 1\n", "expected a key")]
    [InlineData("a: [1\n", "not valid YAML")]
    [InlineData("a:\n\tb: 1\n", "line 2, column 1: not valid YAML: the line is indented by a tab")]
    public void Parse_WhatIsRefused_NamesThePlace(string text, string expected)
    {
        var e = Assert.Throws<YamlMistakesException>(() => YamlDocuments.Parse(text));

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("line ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooDeep_IsRefusedWithoutOverflow()
    {
        var e = Assert.Throws<YamlMistakesException>(() => YamlDocuments.Parse(new string('[', 100_000)));

        Assert.Contains("nested more than 32 deep", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooManyValues_IsRefused()
    {
        string text = "[" + string.Join(',', Enumerable.Repeat("1", 50)) + "]";

        var e = Assert.Throws<YamlMistakesException>(() => YamlDocuments.Parse(text, new YamlLimits { MaxNodes = 20 }));

        Assert.Contains("more than 20 values", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooLong_IsRefusedBeforeItIsRead()
    {
        var e = Assert.Throws<YamlMistakesException>(() => YamlDocuments.Parse("*not yaml", new YamlLimits { MaxCharacters = 5 }));

        Assert.Contains("at most 5 are read", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ParseTolerantly_ABrokenBlock_IsReportedAndTheRestIsRead()
    {
        const string text = """
            a:
              labels:
                env: "prod"
                - name: "os"
                    command: [ "/usr/bin/uname" ]
              other: 1
            b:
              c: 2
            """;

        (YamlNode? document, IReadOnlyList<YamlMistake> mistakes) = YamlDocuments.ParseTolerantly(text);

        YamlMistake mistake = Assert.Single(mistakes);
        Assert.Contains("belong under \"commands\"", mistake.Message, StringComparison.Ordinal);
        Assert.Equal(4, mistake.Location.Line);
        var root = Assert.IsType<YamlMapping>(document);
        Assert.Equal("1", Assert.IsType<YamlScalar>(Assert.IsType<YamlMapping>(root.Find("a")).Find("other")).Text);
        Assert.Equal(8, Assert.IsType<YamlMapping>(root.Find("b")).Find("c")!.Location.Line);
    }

    [Fact]
    public void ParseTolerantly_TwoDocuments_ReportsTheSecond()
    {
        (_, IReadOnlyList<YamlMistake> mistakes) = YamlDocuments.ParseTolerantly("a: 1\n---\nb: 1\n");

        Assert.Contains("only one document", Assert.Single(mistakes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ParseTolerantly_Garbage_EndsWithMistakesOnly()
    {
        var random = new Random(7);
        var garbage = new StringBuilder();
        for (int i = 0; i < 2_000; i++)
        {
            garbage.Append("a:-[]{}&*!|>\n \"'#%@\t"[random.Next(20)]);
        }

        (_, IReadOnlyList<YamlMistake> mistakes) = YamlDocuments.ParseTolerantly(garbage.ToString());

        Assert.NotEmpty(mistakes);
    }
}
