using System.Reflection;

namespace Teleport.Host.Tests;

/// <summary>Where the build put things.</summary>
internal static class BuildFacts
{
    public static string HostOutput => Value("HostOutput");

    public static string RepoRoot => Value("RepoRoot");

    public static string Configuration => Value("Configuration");

    public static string Plugins => Path.Combine(HostOutput, "plugins");

    private static string Value(string name) =>
        typeof(BuildFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == name).Value!;
}
