using Teleport.Abstractions.Configuration;

namespace Teleport.Node.Tests;

public sealed class NodeOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreSound() => Assert.Empty(Mistakes(new NodeOptions()));

    [Fact]
    public void Validate_Mistakes_AreAllReported()
    {
        var options = new NodeOptions
        {
            ListenAddr = new NetworkAddress("node.example.com", 3022),
            Labels = new Dictionary<string, string> { ["a b"] = "x", ["teleport.internal/x"] = "x", ["fine"] = "x" },
            Commands = [new CommandLabelOptions { Name = "up", Command = [] }, new CommandLabelOptions { Name = "up", Command = ["/bin/true"] }],
        };

        Assert.Equal(["listen_addr", "labels", "labels", "commands[0].command", "commands[1].name"], Mistakes(options));
    }

    private static string[] Mistakes(NodeOptions options)
    {
        var validation = new OptionsValidation();
        options.Validate(validation);
        return [.. validation.Mistakes.Select(static mistake => mistake.Key)];
    }
}
