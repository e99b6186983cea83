using System.Text;

namespace Teleport.Hosting.Configuration;

/// <summary>The text of a configuration and what to call it in messages.</summary>
/// <param name="Text">YAML.</param>
/// <param name="Name">A path as the user wrote it, or what stands for one.</param>
public sealed record ConfigurationSource(string Text, string Name)
{
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>No file at all: the defaults.</summary>
    public static ConfigurationSource Defaults { get; } = new("", "the built-in defaults");

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationException">It cannot be read.</exception>
    public static ConfigurationSource FromFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                throw new ConfigurationException([$"The configuration file {path} is not there. Write one by: teleport configure -o {Path.GetFullPath(path)}"]);
            }

            return file.Length > MaxBytes
                ? throw new ConfigurationException([$"The configuration file {path} has {file.Length} bytes; at most {MaxBytes} are read."])
                : new ConfigurationSource(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([$"Cannot read the configuration file {path}: {e.Message}"]);
        }
    }

    /// <summary>Reads what <c>--config-string</c> or <c>TELEPORT_CONFIG</c> holds.</summary>
    /// <exception cref="ConfigurationException">It is no base64.</exception>
    public static ConfigurationSource FromBase64(string text, string name)
    {
        try
        {
            return new ConfigurationSource(Encoding.UTF8.GetString(Convert.FromBase64String(text)), name);
        }
        catch (FormatException)
        {
            throw new ConfigurationException([$"{name} must hold a configuration file in base64, and is none. Make one by: base64 -w0 teleport.yaml"]);
        }
    }
}
