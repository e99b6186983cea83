namespace Teleport.Proxy.Tls;

/// <summary>Finds files by a path in which <c>*</c> stands for any characters but the separator.</summary>
internal static class PathPattern
{
    private const int MaxMatches = 100;

    /// <summary>The files that match, by what the parts with <c>*</c> were.</summary>
    public static Dictionary<string, string> Match(string pattern)
    {
        string[] parts = pattern.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        var found = new List<(string Path, string Wild)> { (Path.GetPathRoot(pattern) ?? "", "") };
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            bool last = i == parts.Length - 1;
            found = [.. found.SelectMany(f => Step(f.Path, f.Wild, part, last)).Take(MaxMatches)];
        }

        return found.ToDictionary(static f => f.Wild, static f => f.Path, StringComparer.Ordinal);
    }

    private static IEnumerable<(string Path, string Wild)> Step(string folder, string wild, string part, bool last)
    {
        if (!part.Contains('*', StringComparison.Ordinal))
        {
            string path = Path.Combine(folder, part);
            return last ? (File.Exists(path) ? [(path, wild)] : []) : (Directory.Exists(path) ? [(path, wild)] : []);
        }

        if (!Directory.Exists(folder))
        {
            return [];
        }

        var options = new EnumerationOptions { MatchType = MatchType.Simple, MatchCasing = MatchCasing.CaseSensitive };
        IEnumerable<string> entries = last ? Directory.EnumerateFiles(folder, part, options) : Directory.EnumerateDirectories(folder, part, options);
        return entries.Order(StringComparer.Ordinal).Select(path => (path, $"{wild}/{Path.GetFileName(path)}"));
    }
}
