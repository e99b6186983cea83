using System.Reflection;

namespace Teleport.Node.Tests;

/// <summary>Where the build puts the programs that the node starts.</summary>
internal static class HostOutput
{
    public static string Folder { get; } = typeof(HostOutput).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static metadata => metadata.Key == "HostOutput").Value!;

    /// <summary>The helper; the native one of a publish folder when the variable names one.</summary>
    public static string Spawn { get; } = Environment.GetEnvironmentVariable("TELEPORT_TEST_SPAWN") ?? Path.Combine(Folder, "spawn", "teleport-spawn");
}
