using System.Reflection;

namespace Teleport.Client;

/// <summary>The version of the program.</summary>
public static class ProgramVersion
{
    private const int RevisionLength = 12;

    private static readonly string Informational =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>The version, as <c>1.2.3</c>.</summary>
    public static string Number => Informational.Split('+')[0];

    /// <summary>The source that it was built from, shortened; empty: not known.</summary>
    public static string Revision => Informational.Split('+') is [_, var revision] ? revision[..Math.Min(revision.Length, RevisionLength)] : "";
}
