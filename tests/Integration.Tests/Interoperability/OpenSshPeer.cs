using Teleport.Ssh.Keys;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>OpenSSH's ssh, sftp and scp.</summary>
internal sealed class OpenSshPeer(OpenSshPrograms programs) : ClientPeer
{
    public override string Name => programs.Name;

    public override string? Version => programs.Version;

    public override string? Excuse(Choice choice) => programs.Has(choice) ? null : "does not have it";

    public override Task<(int Status, byte[] Output, string Error)> CatAsync(OurServer server, byte[] input) =>
        RunAsync(programs.Client, [.. Options(server), "-o", OpenSshPrograms.Option(server.Choice), "-p", $"{server.Port}", Target, "cat"], input);

    public override async Task<string> CopyBySftpAsync(OurServer server, string source, string target)
    {
        string batch = server.Write("batch", $"put {source} copied\nget copied {target}\nls -l copied\ndf\n");
        return await RequireAsync(programs.Program("sftp"), ["-S", programs.Client, .. Options(server), "-P", $"{server.Port}", "-b", batch, Target]);
    }

    public override async Task<string?> CopyByScpAsync(OurServer server, string source, string target)
    {
        string[] options = ["-O", "-p", "-S", programs.Client, .. Options(server), "-P", $"{server.Port}"];
        await RequireAsync(programs.Program("scp"), [.. options, source, $"{Target}:copied"]);
        return await RequireAsync(programs.Program("scp"), [.. options, $"{Target}:copied", target]);
    }

    private static string Target => $"{Keys.Login}@{Keys.HostAddress}";

    /// <summary>Nothing of the user's own configuration, just the key and the host key of this test.</summary>
    private static string[] Options(OurServer server)
    {
        SshPrivateKey key = Keys.UserKey(server.Choice.UserKeyAlgorithm);
        string keyFile = server.Write("key", key.ToOpenSshPem());
        if (Keys.IsCertificate(server.Choice.UserKeyAlgorithm))
            server.Write("key-cert.pub", Keys.Certify(key, SshCertificateKind.User, Keys.Login).ToAuthorizedKeysLine() + "\n");

        string host = $"[{Keys.HostAddress}]:{server.Port}";
        string knownHosts = server.Write("known_hosts", Keys.IsCertificate(server.Choice.HostKeyAlgorithm)
            ? $"@cert-authority {host} {Keys.Authority.PublicKey.ToAuthorizedKeysLine()}\n"
            : $"{host} {server.HostKey.ToAuthorizedKeysLine()}\n");
        return
        [
            "-F", "none", "-o", $"UserKnownHostsFile={knownHosts}", "-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes",
            "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", keyFile,
        ];
    }
}
