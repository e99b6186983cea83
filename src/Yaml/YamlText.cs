using System.Globalization;

namespace Teleport.Yaml;

/// <summary>What single values mean.</summary>
public static class YamlText
{
    /// <summary>Reads <c>yes no true false on off</c>, in any case, quoted or not.</summary>
    public static bool TryReadBoolean(string text, out bool value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = text.ToUpperInvariant() is "YES" or "TRUE" or "ON";
        return value || text.ToUpperInvariant() is "NO" or "FALSE" or "OFF";
    }

    /// <summary>Reads a whole number: digits, perhaps with a sign.</summary>
    public static bool TryReadInteger(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>Reads a number, with a point if need be. Neither infinity nor NaN.</summary>
    public static bool TryReadNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value);
}
