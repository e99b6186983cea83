namespace Teleport.Architecture.Tests;

/// <summary>The table of rooms of docs/architecture.md: who may refer to whom. It is written here once more, so that a change of it is a decision.</summary>
internal static class Rooms
{
    private static readonly string[] Agents =
        ["src/Abstractions", "src/Ssh", "src/Access", "src/Pki", "src/Recordings", "src/Api"];

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["src/Abstractions"] = [],
        ["src/Yaml"] = [],
        ["src/Ssh"] = [],
        ["src/Spawn"] = [],
        ["src/FileServer"] = ["src/Ssh"],
        ["src/Manifest"] = ["src/Abstractions"],
        ["src/Access"] = ["src/Abstractions"],
        ["src/Pki"] = ["src/Abstractions", "src/Ssh"],
        ["src/Recordings"] = ["src/Abstractions"],
        ["src/Api"] = ["src/Abstractions"],
        ["src/Agent"] = Agents,
        ["src/Client"] = ["src/Abstractions", "src/Yaml", "src/Ssh", "src/Pki", "src/Recordings", "src/Api"],
        ["src/Tsh"] = ["src/Client"],
        ["src/Tctl"] = ["src/Client"],
        ["src/Delivery"] = ["src/Abstractions", "src/Access"],
        ["src/Hosting"] = [.. Agents, "src/Yaml", "src/Agent", "src/Delivery"],
        ["src/Host"] = ["src/Hosting"],
    };

    private static readonly string[] NotForTesting = ["src/Host", "src/Tsh", "src/Tctl"];

    /// <summary>Why a reference is not allowed; <c>null</c>: it is.</summary>
    public static string? Objection(string from, string to)
    {
        if (to == "src/Host")
        {
            return "nobody refers to the host: its tests run it as a process";
        }

        if (from.StartsWith("tests/", StringComparison.Ordinal) || from.StartsWith("bench/", StringComparison.Ordinal) || from == "bench")
        {
            return null;
        }

        if (IsPlugin(from))
        {
            return IsPlugin(to) ? "plugins meet through contracts, never directly"
                : from == "plugins/AccessPlugins" && to == "src/Delivery" ? null
                : to == "src/Agent" || Agents.Contains(to) ? null
                : "a plugin may refer to what the agent may, and to the agent";
        }

        if (from == "src/Testing")
        {
            return to.StartsWith("src/", StringComparison.Ordinal) && !NotForTesting.Contains(to) ? null : "it may refer to src but the commands";
        }

        return !Allowed.TryGetValue(from, out string[]? allowed) ? "the room is not in the table: add it there and in docs/architecture.md"
            : allowed.Contains(to) ? null
            : $"it may refer to {(allowed.Length == 0 ? "nothing" : string.Join(", ", allowed))}";
    }

    /// <summary>Whether a room is in the table at all.</summary>
    public static bool IsKnown(string room) =>
        Allowed.ContainsKey(room) || room == "src/Testing" || IsPlugin(room) || room.StartsWith("tests/", StringComparison.Ordinal) || room.StartsWith("bench", StringComparison.Ordinal);

    private static bool IsPlugin(string room) =>
        room.StartsWith("plugins/", StringComparison.Ordinal) || room.StartsWith("access-plugins/", StringComparison.Ordinal);
}
