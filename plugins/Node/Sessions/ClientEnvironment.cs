using System.Buffers;

namespace Teleport.Node.Sessions;

/// <summary>Variables that a client may set: its language, and nothing that any program takes for more.</summary>
internal sealed class ClientEnvironment
{
    private const int MaxVariables = 32;
    private const int MaxValueLength = 256;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Variables => _variables;

    /// <summary>Takes a variable.</summary>
    /// <returns><c>false</c>: it is refused, and so is the client's request.</returns>
    public bool TryAdd(string name, string value)
    {
        // Accepted for the sake of older clients: the node chooses the id of a session itself, or one could be chosen that has a recording already.
        if (name == "TELEPORT_SESSION")
        {
            return Guid.TryParseExact(value, "D", out _);
        }

        if (!IsLanguage(name) || value.Length > MaxValueLength || !value.All(IsPlain) || (_variables.Count == MaxVariables && !_variables.ContainsKey(name)))
        {
            return false;
        }

        _variables[name] = value;
        return true;
    }

    private static bool IsLanguage(string name) =>
        name == "LANG" || (name.Length is > 3 and <= 32 && name.StartsWith("LC_", StringComparison.Ordinal) && !name.AsSpan().ContainsAnyExcept(NameCharacters));

    // No slash: a locale's name with one is a path for the C library.
    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@' or ':' or '=' or ',' or '+';
}
