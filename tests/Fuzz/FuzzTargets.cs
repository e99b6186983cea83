using Teleport.Fuzz.Targets;

namespace Teleport.Fuzz;

/// <summary>All targets.</summary>
public static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        .. PacketTarget.All,
        new MessageTarget(),
        new PayloadTarget(),
        .. KeyExchangeTarget.All,
        .. KeyTarget.All,
        new SftpServerTarget(),
        new SftpClientTarget(),
        new AgentClientTarget(),
        new AgentServerTarget(),
        new ScpSinkTarget(),
    ];

    public static IFuzzTarget Get(string name) => All.FirstOrDefault(target => target.Name == name)
        ?? throw new ArgumentException($"There is no target '{name}'. There are: {string.Join(", ", All.Select(target => target.Name))}.", nameof(name));
}
