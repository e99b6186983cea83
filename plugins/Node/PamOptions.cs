using Teleport.Abstractions.Configuration;

namespace Teleport.Node;

/// <summary>The system's account checks.</summary>
public sealed record PamOptions
{
    /// <summary>Whether they are asked.</summary>
    [Reserved("logins are checked against roles and the password database only; leave it off")]
    public bool Enabled { get; init; }

    /// <summary>Name of the service.</summary>
    [Legacy("it takes effect once pam can be enabled")]
    public string ServiceName { get; init; } = "sshd";

    /// <summary>Whether the authentication stack is run too.</summary>
    [Legacy("it takes effect once pam can be enabled")]
    public bool UsePamAuth { get; init; }

    /// <summary>Variables for the stacks.</summary>
    [Legacy("it takes effect once pam can be enabled")]
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
