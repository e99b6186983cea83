namespace Teleport.Host.Dev;

/// <summary>Everything that a development cluster writes, in one folder that goes away with it.</summary>
internal sealed class DevFolder : IDisposable
{
    // The name is part of what people paste, and paths of Unix sockets are short: so it is brief.
    public string Root { get; } = Directory.CreateTempSubdirectory("teleport-dev-").FullName;

    public string Data => Path.Combine(Root, "data");

    public string ClientHome => Path.Combine(Root, "home");

    public string SshConfig => Path.Combine(Root, "ssh_config");

    public string Tsh => Path.Combine(Root, "tsh");

    public string WebCertificate => Path.Combine(Data, "webproxy_cert.pem");

    /// <summary>Writes a command that is <c>tsh</c> with this cluster's profile and trust.</summary>
    public void WriteTsh(string executable)
    {
        string script = $"""
            #!/bin/sh
            TELEPORT_HOME={Quote(ClientHome)} SSL_CERT_FILE={Quote(WebCertificate)} exec {Quote(executable)} "$@"

            """;
        File.WriteAllText(Tsh, script);
        File.SetUnixFileMode(Tsh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"warning: cannot remove {Root}: {e.Message}");
        }
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
