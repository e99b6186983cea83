using Teleport.Abstractions.Configuration;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Names that algorithm lists may hold, in the order of the defaults. Those that are broken are missing on purpose.</summary>
internal static class AlgorithmNames
{
    public static readonly string[] Ciphers =
        ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr"];

    public static readonly string[] KeyExchanges =
    [
        "mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256",
    ];

    public static readonly string[] Macs =
        ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"];

    public static readonly string[] AuthoritySignatures = ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"];

    public static readonly string[] TlsSuites =
    [
        "tls-ecdhe-rsa-with-aes-128-gcm-sha256", "tls-ecdhe-ecdsa-with-aes-128-gcm-sha256",
        "tls-ecdhe-rsa-with-aes-256-gcm-sha384", "tls-ecdhe-ecdsa-with-aes-256-gcm-sha384",
        "tls-ecdhe-rsa-with-chacha20-poly1305", "tls-ecdhe-ecdsa-with-chacha20-poly1305",
        "tls-ecdhe-rsa-with-aes-128-cbc-sha", "tls-ecdhe-ecdsa-with-aes-128-cbc-sha",
        "tls-ecdhe-rsa-with-aes-256-cbc-sha", "tls-ecdhe-ecdsa-with-aes-256-cbc-sha",
        "tls-ecdhe-rsa-with-aes-128-cbc-sha256", "tls-ecdhe-ecdsa-with-aes-128-cbc-sha256",
        "tls-rsa-with-aes-128-cbc-sha", "tls-rsa-with-aes-256-cbc-sha", "tls-rsa-with-aes-128-cbc-sha256",
        "tls-rsa-with-aes-128-gcm-sha256", "tls-rsa-with-aes-256-gcm-sha384",
    ];

    /// <summary>Reports names that are not among the known.</summary>
    public static void Check(OptionsValidation validation, string key, IReadOnlyList<string> names, IReadOnlyCollection<string> known)
    {
        for (int i = 0; i < names.Count; i++)
        {
            string name = names[i];
            if (!known.Contains(name))
            {
                string list = $"supported are {string.Join(", ", known)}";
                string hint = NearestName.Find(name, known) is { } nearest ? $"did you mean \"{nearest}\"? {char.ToUpperInvariant(list[0])}{list[1..]}" : list;
                validation.AddError(names.Count == 1 ? key : YamlPath.Join(key, i), $"\"{name}\" is not supported; {hint}");
            }
        }
    }
}
