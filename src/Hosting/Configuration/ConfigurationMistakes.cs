using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Collects what is wrong with a configuration, each with its place.</summary>
internal sealed class ConfigurationMistakes(string? file)
{
    private readonly List<(YamlLocation Location, string Text)> _errors = [];
    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> Warnings => _warnings;

    public bool HasErrors => _errors.Count > 0;

    public void Add(YamlLocation location, string path, string message) => _errors.Add((location, Line(location, path, message)));

    public void AddWarning(YamlLocation location, string path, string message) => _warnings.Add(Line(location, path, message));

    public void Add(YamlMistake mistake)
    {
        if (mistake.IsWarning)
        {
            AddWarning(mistake.Location, mistake.Path, mistake.Message);
        }
        else
        {
            Add(mistake.Location, mistake.Path, mistake.Message);
        }
    }

    /// <summary>Ends the loading if there is an error.</summary>
    /// <exception cref="ConfigurationException">With all of them, in the order of the file.</exception>
    public void ThrowIfAny()
    {
        if (HasErrors)
        {
            throw new ConfigurationException([.. _errors.OrderBy(static e => e.Location.Line).ThenBy(static e => e.Location.Column).Select(static e => e.Text).Distinct()]);
        }
    }

    private string Line(YamlLocation location, string path, string message)
    {
        string where = location.Origin is not null ? location.Origin
            : location.Line == 0 ? file ?? "configuration"
            : $"{file ?? "configuration"}: {location}";
        return path.Length == 0 || location.Origin is not null ? $"{where}: {message}" : $"{where}: {path}: {message}";
    }
}
