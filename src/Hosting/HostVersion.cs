using System.Reflection;

namespace Teleport.Hosting;

/// <summary>The version of this program.</summary>
public static class HostVersion
{
    private static readonly string Informational =
        typeof(HostVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>As <c>0.1.0</c>.</summary>
    public static string Text => Informational.Split('+')[0];

    /// <summary>The commit that it was built from, shortened; empty when unknown.</summary>
    public static string Revision => Informational.Split('+') is [_, var commit] ? commit[..Math.Min(12, commit.Length)] : "";
}
