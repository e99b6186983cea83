using System.Diagnostics;
using Teleport.Ssh.Keys;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>PuTTY's plink, psftp and pscp. It offers all that it has; the choice is made by our server alone.</summary>
internal sealed class PuttyPeer : ClientPeer
{
    private const string Folder = "/usr/bin/";

    public override string Name => "PuTTY";

    public override string? Version { get; } = FindVersion();

    public override string? Excuse(Choice choice) =>
        choice.Kind == Choice.HostKey && Keys.IsCertificate(choice.Algorithm) ? "trusts authorities only from its own configuration" : null;

    /// <summary>It looks at our offer before it sends its own, and may leave at once.</summary>
    public override string? Excuse(Choice choice, string error) =>
        error.Contains($"\"{choice.Algorithm}", StringComparison.Ordinal) && error.Contains("does not correspond to any supported algorithm", StringComparison.Ordinal)
            ? "does not have it"
            : null;

    public override async Task<(int Status, byte[] Output, string Error)> CatAsync(OurServer server, byte[] input) => await RunAsync(
        Folder + "plink", [.. await OptionsAsync(server), "-l", Keys.Login, Keys.HostAddress, "cat"], input, server.Folder);

    public override async Task<string> CopyBySftpAsync(OurServer server, string source, string target)
    {
        string batch = server.Write("batch", $"put {source} copied\nget copied {target}\nls\n");
        return await RequireAsync(Folder + "psftp", [.. await OptionsAsync(server), "-b", batch, $"{Keys.Login}@{Keys.HostAddress}"], server.Folder);
    }

    public override async Task<string?> CopyByScpAsync(OurServer server, string source, string target)
    {
        string[] options = ["-scp", "-q", .. await OptionsAsync(server)];
        string remote = $"{Keys.Login}@{Keys.HostAddress}:copied";
        await RequireAsync(Folder + "pscp", [.. options, source, remote], server.Folder);
        return await RequireAsync(Folder + "pscp", [.. options, remote, target], server.Folder);
    }

    private static async Task<string[]> OptionsAsync(OurServer server)
    {
        SshPrivateKey key = Keys.UserKey(server.Choice.UserKeyAlgorithm);
        string pem = server.Write("key", key.ToOpenSshPem());
        string ppk = Path.Combine(server.Folder, "key.ppk");
        await RequireAsync(Folder + "puttygen", [pem, "-O", "private", "-o", ppk], server.Folder);
        List<string> options = ["-batch", "-P", $"{server.Port}", "-hostkey", server.HostKey.Fingerprint, "-i", ppk];
        if (Keys.IsCertificate(server.Choice.UserKeyAlgorithm))
        {
            string line = Keys.Certify(key, SshCertificateKind.User, Keys.Login).ToAuthorizedKeysLine();
            options.AddRange(["-cert", server.Write("key-cert.pub", line + "\n")]);
        }

        return [.. options];
    }

    private static string? FindVersion()
    {
        if (!File.Exists(Folder + "plink") || !File.Exists(Folder + "puttygen"))
            return null;

        using Process process = Process.Start(new ProcessStartInfo(Folder + "plink", ["-V"]) { RedirectStandardOutput = true })!;
        string first = process.StandardOutput.ReadLine() ?? "";
        _ = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return first.Split(' ').Last();
    }
}
