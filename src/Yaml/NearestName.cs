namespace Teleport.Yaml;

/// <summary>Finds what somebody meant who mistyped a name.</summary>
public static class NearestName
{
    private const int LongestCompared = 64;

    /// <summary>The known name that differs least, if it is near enough to be meant; else <c>null</c>.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        if (name.Length is 0 or > LongestCompared)
        {
            return null;
        }

        string? nearest = null;
        int least = Math.Max(1, name.Length / 3) + 1;
        foreach (string candidate in known)
        {
            int distance = candidate.Length > LongestCompared ? int.MaxValue : Distance(name, candidate);
            if (distance < least)
            {
                (nearest, least) = (candidate, distance);
            }
        }

        return nearest;
    }

    /// <summary>The end of a message on an unknown name: the nearest one, or all that are known.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> known) =>
        Find(name, known) is { } nearest ? $"did you mean \"{nearest}\"?"
        : known.Count == 0 ? "no keys are known here"
        : $"known are {string.Join(", ", known.Order(StringComparer.Ordinal))}";

    // Damerau-Levenshtein (optimal string alignment), so that two letters in the wrong order count as one slip; case and the
    // choice of - or _ count as none.
    private static int Distance(string left, string right)
    {
        int width = right.Length + 1;
        Span<int> rows = stackalloc int[3 * (LongestCompared + 1)];
        Span<int> beforeLast = rows[..width];
        Span<int> last = rows.Slice(LongestCompared + 1, width);
        Span<int> current = rows.Slice(2 * (LongestCompared + 1), width);
        for (int j = 0; j < width; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j < width; j++)
            {
                int cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
                }
            }

            Span<int> spare = beforeLast;
            beforeLast = last;
            last = current;
            current = spare;
        }

        return last[width - 1];
    }

    private static bool Same(char left, char right) => Fold(left) == Fold(right);

    private static char Fold(char c) => c == '-' ? '_' : char.ToLowerInvariant(c);
}
