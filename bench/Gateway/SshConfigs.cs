namespace Teleport.Bench.Gateway;

/// <summary>Variants of an ssh_config.</summary>
internal static class SshConfigs
{
    /// <summary>The same hosts with one cipher and MAC for all of them; what comes first in a configuration wins.</summary>
    public static string With(string config, string cipher, string mac)
    {
        if (cipher.Length == 0)
        {
            return config;
        }

        string variant = $"{config}-{cipher}";
        File.WriteAllText(variant, $"Ciphers {cipher}\n{(mac.Length > 0 ? $"MACs {mac}\n" : "")}{File.ReadAllText(config)}");
        return variant;
    }
}
