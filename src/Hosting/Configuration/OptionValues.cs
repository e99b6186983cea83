using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Makes single values of the types that options may have.</summary>
internal static class OptionValues
{
    /// <summary>Whether a type is made from a single value.</summary>
    public static bool IsSingle(Type type) =>
        type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(double)
        || type == typeof(TimeSpan) || type == typeof(NetworkAddress) || type == typeof(Uri) || type == typeof(Secret) || type.IsEnum;

    /// <summary>Makes the value.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="type">A type of which <see cref="IsSingle"/> is true.</param>
    /// <param name="value">The value.</param>
    /// <param name="complaint">What was expected, with an example, if it is none.</param>
    public static bool TryRead(string text, Type type, [NotNullWhen(true)] out object? value, out string complaint)
    {
        complaint = "";
        value = type == typeof(string) ? text
            : type == typeof(Secret) ? new Secret(text)
            : type == typeof(bool) ? (YamlText.TryReadBoolean(text, out bool flag) ? flag : null)
            : type == typeof(int) ? (YamlText.TryReadInteger(text, out long small) && small is >= int.MinValue and <= int.MaxValue ? (int)small : null)
            : type == typeof(long) ? (YamlText.TryReadInteger(text, out long large) ? large : null)
            : type == typeof(double) ? (YamlText.TryReadNumber(text, out double number) ? number : null)
            : type == typeof(TimeSpan) ? ReadDuration(text)
            : type == typeof(NetworkAddress) ? ReadAddress(text, ref complaint)
            : type == typeof(Uri) ? (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? uri : null)
            : ReadName(text, type);
        if (value is null && complaint.Length == 0)
        {
            complaint = $"expected {Expected(type)}";
        }

        return value is not null;
    }

    /// <summary>What a type takes, with an example.</summary>
    public static string Expected(Type type) =>
        type == typeof(bool) ? "yes or no"
        : type == typeof(int) || type == typeof(long) ? "a whole number, as 10"
        : type == typeof(double) ? "a number, as 70 or 0.5"
        : type == typeof(TimeSpan) ? "a duration, as 30s, 5m or 1h30m, or never"
        : type == typeof(NetworkAddress) ? "an address, as 0.0.0.0:3022"
        : type == typeof(Uri) ? "a URL, as https://example.com"
        : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(SnakeCase))}"
        : "a text";

    /// <summary>The key of a property: <c>listen_addr</c> of <c>ListenAddr</c>.</summary>
    public static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static object? ReadDuration(string text)
    {
        if (long.TryParse(text, out long bare) && bare != 0)
        {
            return null;
        }

        try
        {
            return Durations.Parse(text, "") ?? Timeout.InfiniteTimeSpan;
        }
        catch (TeleportException)
        {
            // The caller says what is expected, with the place.
            return null;
        }
    }

    private static NetworkAddress? ReadAddress(string text, ref string complaint)
    {
        try
        {
            return NetworkAddress.Parse(text);
        }
        catch (FormatException e)
        {
            complaint = e.Message.TrimEnd('.');
            return null;
        }
    }

    private static object? ReadName(string text, Type type)
    {
        foreach (string name in Enum.GetNames(type))
        {
            if (SnakeCase(name).Equals(text, StringComparison.OrdinalIgnoreCase) || SnakeCase(name).Replace('_', '-').Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return Enum.Parse(type, name);
            }
        }

        return null;
    }
}
