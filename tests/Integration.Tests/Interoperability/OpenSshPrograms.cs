using System.Diagnostics;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>An installation of OpenSSH.</summary>
internal sealed class OpenSshPrograms
{
    private readonly Func<string, string> _path;
    private readonly Dictionary<string, HashSet<string>> _known = [];

    private OpenSshPrograms(string name, Func<string, string> path)
    {
        Name = name;
        _path = path;
        Version = File.Exists(Client) && File.Exists(Server) ? Ask(Client, "-V").Split(' ', ',')[0].Replace("OpenSSH_", null, StringComparison.Ordinal) : null;
    }

    /// <summary>The system's own.</summary>
    public static OpenSshPrograms System { get; } = new("OpenSSH of the system", program => program switch
    {
        "sshd" => "/usr/sbin/sshd",
        "sftp-server" => "/usr/lib/openssh/sftp-server",
        _ => $"/usr/bin/{program}",
    });

    /// <summary>The newest, where newest-openssh.sh has unpacked it.</summary>
    public static OpenSshPrograms Newest { get; } = new("newest OpenSSH", program => Path.Combine(PeersFolder, "openssh-newest", "bin", program));

    public string Name { get; }

    public string? Version { get; }

    public string Client => _path("ssh");

    public string Server => _path("sshd");

    /// <summary>Programs that sshd runs by their paths, which differ where it was only unpacked.</summary>
    public string[] ServerConfiguration => File.Exists(_path("sshd-session"))
        ? [$"SshdSessionPath {_path("sshd-session")}", $"SshdAuthPath {_path("sshd-auth")}"]
        : [];

    public string Program(string name) => _path(name);

    /// <summary>Whether it has an algorithm at all.</summary>
    public bool Has(Choice choice)
    {
        string list = choice.Kind switch
        {
            Choice.KeyExchange => "kex",
            Choice.Cipher => "cipher",
            Choice.Mac => "mac",
            Choice.HostKey => "HostKeyAlgorithms",
            _ => "PubkeyAcceptedAlgorithms",
        };
        lock (_known)
        {
            if (!_known.TryGetValue(list, out HashSet<string>? names))
                _known[list] = names = [.. Ask(Client, "-Q", list).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
            return names.Contains(choice.Algorithm);
        }
    }

    /// <summary>The option that makes client or server use a choice.</summary>
    public static string Option(Choice choice) => choice.Kind switch
    {
        Choice.KeyExchange => $"KexAlgorithms={choice.Algorithm}",
        Choice.Cipher => $"Ciphers={choice.Algorithm}",
        Choice.Mac => $"MACs={choice.Algorithm}",
        Choice.HostKey => $"HostKeyAlgorithms={choice.Algorithm}",
        _ => $"PubkeyAcceptedAlgorithms={choice.Algorithm}",
    };

    private static string PeersFolder => Environment.GetEnvironmentVariable("TELEPORT_TEST_PEERS")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "teleport-tests");

    private static string Ask(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Length > 0 ? output : error;
    }
}
