using System.Collections.Frozen;

namespace Teleport.Node.Processes;

/// <summary>Names of signals on the wire (RFC 4254 section 6.10) and their numbers on Linux.</summary>
internal static class SignalNames
{
    public const int Hangup = 1;
    public const int Kill = 9;
    public const int Continue = 18;

    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>
    {
        ["HUP"] = Hangup,
        ["INT"] = 2,
        ["QUIT"] = 3,
        ["ILL"] = 4,
        ["ABRT"] = 6,
        ["FPE"] = 8,
        ["KILL"] = Kill,
        ["USR1"] = 10,
        ["SEGV"] = 11,
        ["USR2"] = 12,
        ["PIPE"] = 13,
        ["ALRM"] = 14,
        ["TERM"] = 15,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The number, or <c>null</c> for what Linux does not have.</summary>
    public static int? Number(string name) => Numbers.TryGetValue(name, out int number) ? number : null;

    /// <summary>The name; for one that the RFC does not list, its number in our own name space.</summary>
    public static string Name(int number)
    {
        foreach ((string name, int candidate) in Numbers)
        {
            if (candidate == number)
            {
                return name;
            }
        }

        return $"{number}@teleport";
    }
}
