using Teleport.Abstractions.Configuration;

namespace Acme.Echo;

/// <summary>The section <c>echo_service</c>.</summary>
public sealed record EchoOptions : IPluginOptions
{
    public bool Enabled { get; init; }

    public NetworkAddress ListenAddr { get; init; } = new("127.0.0.1", 7007);

    /// <summary>What stands before each line that is sent back.</summary>
    public string Greeting { get; init; } = "";

    /// <summary>Connections at once.</summary>
    public int MaxConnections { get; init; } = 100;

    public void Validate(OptionsValidation validation)
    {
        if (MaxConnections < 1)
        {
            validation.AddError("max_connections", $"is {MaxConnections}; write at least 1");
        }
    }
}
