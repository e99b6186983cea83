namespace Teleport.Ssh.Transport;

/// <summary>Makes text of the peer harmless for logs and terminals.</summary>
internal static class PeerText
{
    private const int MaxLength = 512;

    /// <summary>Replaces control and format characters by blanks and cuts what is over-long.</summary>
    public static string Clean(string text)
    {
        string cut = text.Length <= MaxLength ? text : text[..MaxLength];
        return string.Concat(cut.Select(c =>
            char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format ? ' ' : c)).Trim();
    }
}
