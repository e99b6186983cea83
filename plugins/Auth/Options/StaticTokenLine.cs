using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;

namespace Teleport.Auth.Options;

/// <summary>A static token as it stands in the file: <c>node,proxy:SECRET</c>. The secret may contain colons; one that begins with <c>/</c> is a file.</summary>
internal sealed record StaticTokenLine(IReadOnlyList<SystemRole> Roles, Secret Token)
{
    private const int ShortLength = 16;
    private const int LongestFile = 4096;

    /// <exception cref="OptionsException">The file cannot be read.</exception>
    public static StaticTokenLine Read(Secret line, string key)
    {
        (string roles, string value) = Split(line);
        if (value.StartsWith('/'))
        {
            value = ReadFile(value, key);
        }

        return new StaticTokenLine([.. roles.Split(',').Select(static r => SystemRoleNames.Parse(r))], new Secret(value));
    }

    public static void Validate(Secret line, string key, OptionsValidation validation)
    {
        (string roles, string value) = Split(line);
        if (value.Length == 0)
        {
            validation.AddError(key, "expected roles:TOKEN, as node,app:0123456789abcdef0123456789abcdef.");
            return;
        }

        foreach (string role in roles.Split(','))
        {
            if (!SystemRoleNames.TryParse(role, out _))
            {
                validation.AddError(key, $"the role \"{role}\" is unknown: use {SystemRoleNames.Choices}, separated by commas.");
            }
        }

        if (!value.StartsWith('/') && value.Length < ShortLength)
        {
            validation.AddWarning(key, $"the token is shorter than {ShortLength} characters and can be guessed. Make one by: openssl rand -hex 16");
        }
    }

    private static (string Roles, string Value) Split(Secret line)
    {
        string text = line.Reveal().Trim();
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
    }

    private static string ReadFile(string path, string key)
    {
        try
        {
            using var reader = new StreamReader(path);
            char[] buffer = new char[LongestFile];
            string value = new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
            return value.Length > 0 ? value : throw new OptionsException($"auth_service.{key}", $"the file {path} is empty; write the token into it.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsException($"auth_service.{key}", $"cannot read the token from {path}: {e.Message}");
        }
    }
}
