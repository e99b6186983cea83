using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Client.Nodes;

namespace Teleport.Client.Tests.Nodes;

public sealed class LabelTextTests
{
    [Fact]
    public void Parse_Text_IsRead()
    {
        IReadOnlyDictionary<string, string> labels = LabelText.Parse("env=dev,team=\"a,b\";group:x");
        Assert.Equal(("dev", "a,b", "x"), (labels["env"], labels["team"], labels["group"]));
        Assert.Empty(LabelText.Parse(""));
    }

    [Theory]
    [InlineData("nolabel")]
    [InlineData("=x")]
    [InlineData("a b=x")]
    [InlineData("a=\"x")]
    public void Parse_NoLabel_IsRefused(string text) => Assert.Throws<TeleportException>(() => LabelText.Parse(text));

    [Theory]
    [InlineData("env=dev", null, true)]
    [InlineData("env=*", null, true)]
    [InlineData("env=prod", null, false)]
    [InlineData("other=*", null, false)]
    [InlineData(null, "web,DEV", true)]
    [InlineData(null, "web,prod", false)]
    public void Matches_Node_ByLabelsAndWords(string? labels, string? words, bool expected)
    {
        var node = new Server { Kind = ResourceKinds.Node, Metadata = new ResourceMetadata { Name = "id", Labels = new Dictionary<string, string> { ["env"] = "dev" } }, Spec = new ServerSpec { Hostname = "web1" } };
        Assert.Equal(expected, NodeSelector.Parse(labels, words).Matches(node));
    }
}
