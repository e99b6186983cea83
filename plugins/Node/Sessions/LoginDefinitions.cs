using Teleport.Node.Processes;

namespace Teleport.Node.Sessions;

/// <summary>What <c>/etc/login.defs</c> says of the search path, for users and for root.</summary>
internal sealed record LoginDefinitions(string UserPath, string RootPath)
{
    private const int MaxLines = 10_000;

    private static readonly Lazy<LoginDefinitions> Read = new(static () => Parse(ReadLines("/etc/login.defs")));

    /// <summary>Those of this host, as of the first session.</summary>
    public static LoginDefinitions Current => Read.Value;

    public string PathOf(LocalUser user) => user.UserId == 0 ? RootPath : UserPath;

    public static LoginDefinitions Parse(IEnumerable<string> lines)
    {
        var definitions = new LoginDefinitions("/usr/local/bin:/usr/bin:/bin:/usr/games", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        foreach (string line in lines.Take(MaxLines))
        {
            string[] words = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 2)
            {
                string path = words[1].StartsWith("PATH=", StringComparison.Ordinal) ? words[1][5..] : words[1];
                definitions = words[0] switch
                {
                    "ENV_PATH" => definitions with { UserPath = path },
                    "ENV_SUPATH" => definitions with { RootPath = path },
                    _ => definitions,
                };
            }
        }

        return definitions;
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The defaults are what most systems have there.
            return [];
        }
    }
}
