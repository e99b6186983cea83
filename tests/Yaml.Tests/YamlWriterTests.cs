using System.Text;
using System.Text.Json;

namespace Teleport.Yaml.Tests;

public sealed class YamlWriterTests
{
    [Fact]
    public void FromJson_AResource_KeepsTheOrderOfKeys()
    {
        const string json = """
            {"kind":"role","metadata":{"name":"dev","labels":{}},"spec":{"allow":{"logins":["root","{{internal.logins}}"],
            "rules":[{"resources":["*"],"verbs":["list","read"]}]},"options":{"forward_agent":true,"max":null,"size":1.50}}}
            """;

        Assert.Equal("""
            kind: role
            metadata:
              name: dev
              labels: {}
            spec:
              allow:
                logins:
                - root
                - "{{internal.logins}}"
                rules:
                - resources:
                  - "*"
                  verbs:
                  - list
                  - read
              options:
                forward_agent: true
                max: null
                size: 1.50

            """, YamlWriter.FromJson(Encoding.UTF8.GetBytes(json)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("yes")]
    [InlineData("No")]
    [InlineData("12")]
    [InlineData("0x1f")]
    [InlineData("1_000")]
    [InlineData("12:30:45")]
    [InlineData("2030-01-01")]
    [InlineData("null")]
    [InlineData("a: b")]
    [InlineData("a #b")]
    [InlineData("key:")]
    [InlineData("- x")]
    [InlineData("\"quoted\" \\ 'and'")]
    [InlineData("line\nbreak\n")]
    [InlineData("two\n\nparagraphs")]
    [InlineData("tab\tand\u0001control")]
    [InlineData("日本 \U0001F600")]
    [InlineData("trailing\n\n")]
    [InlineData("plain text, with commas")]
    public void FromJson_AnyText_IsReadBackTheSame(string text)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["a"] = text, ["l"] = new[] { text } });

        string yaml = YamlWriter.FromJson(json);

        YamlNode read = Assert.Single(YamlDocuments.Parse(yaml));
        Assert.Equal(
            JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement),
            JsonSerializer.Serialize(JsonDocument.Parse(UntypedJson.ToBytes(read)).RootElement));
    }
}
