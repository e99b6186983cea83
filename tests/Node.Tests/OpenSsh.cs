using System.Diagnostics;
using Teleport.Abstractions.Security;
using Teleport.Ssh.Keys;

namespace Teleport.Node.Tests;

/// <summary>OpenSSH's own programs as a user with a certificate of the test's cluster.</summary>
internal sealed class OpenSsh : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TestNode _node;
    private readonly string _config;

    public OpenSsh(TestNode node, UserIdentity identity, Func<SshPrivateKey, SshCertificate>? certify = null)
    {
        _node = node;
        Folder = Directory.CreateTempSubdirectory("node-tests-").FullName;
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        SshCertificate certificate = certify?.Invoke(key) ?? node.Certificate(key.PublicKey, identity);
        WriteSecret("id", key.ToOpenSshPem());
        WriteSecret("id-cert.pub", certificate.ToAuthorizedKeysLine() + "\n");
        WriteSecret("known_hosts", node.HostAuthorityLine + "\n");
        _config = WriteSecret("config", $"""
            Host *
              HostName 127.0.0.1
              Port {node.Port}
              User {TestNode.Login}
              IdentityFile {Folder}/id
              CertificateFile {Folder}/id-cert.pub
              IdentitiesOnly yes
              UserKnownHostsFile {Folder}/known_hosts
              StrictHostKeyChecking yes
              BatchMode yes
              ControlPath none
              LogLevel INFO

            """);
    }

    public string Folder { get; }

    /// <summary>Runs <c>ssh</c> to its end.</summary>
    public Task<(int Code, string Output, string Errors)> SshAsync(params string[] arguments) => RunAsync("ssh", "", ["-F", _config, .. arguments]);

    public Task<(int Code, string Output, string Errors)> SshAsync(string input, string[] arguments) => RunAsync("ssh", input, ["-F", _config, .. arguments]);

    /// <summary>Runs another program of OpenSSH's that takes <c>-F</c>.</summary>
    public Task<(int Code, string Output, string Errors)> ToolAsync(string program, string input, params string[] arguments) =>
        RunAsync(program, input, ["-F", _config, .. arguments]);

    /// <summary>Starts <c>ssh</c>, for the caller to talk to and to end.</summary>
    public Process Start(params string[] arguments) => Process.Start(StartOf("ssh", ["-F", _config, .. arguments]))!;

    public string File(string name) => Path.Combine(Folder, name);

    public async Task<(int Code, string Output, string Errors)> RunAsync(string program, string input, IEnumerable<string> arguments)
    {
        using Process process = Process.Start(StartOf(program, arguments))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} has not ended. It printed: {await output} {await errors}. Events: {string.Join("\n", _node.Events)}");
        }

        return (process.ExitCode, await output, await errors);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private ProcessStartInfo StartOf(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_SSH_COMMAND"] = $"ssh -F {_config}";
        start.Environment.Remove("SSH_AUTH_SOCK");
        return start;
    }

    private string WriteSecret(string name, string text)
    {
        string path = File(name);
        System.IO.File.WriteAllText(path, text);
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
