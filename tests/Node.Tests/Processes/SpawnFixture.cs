using System.Text;
using Teleport.Node.Processes;

namespace Teleport.Node.Tests.Processes;

/// <summary>Runs programs by the real helper, each with its own loop.</summary>
internal sealed class SpawnFixture : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public SpawnFixture() => Spawner = new Spawner(Loop, HostOutput.Spawn);

    public static bool IsRoot => Environment.UserName == "root";

    public DescriptorLoop Loop { get; } = new();

    public Spawner Spawner { get; }

    public static LocalUser Self => LocalUser.Find(Environment.UserName)!;

    public static ProcessStart Shell(LocalUser user, string command, PseudoTerminal? terminal = null) => new()
    {
        User = user,
        Executable = "/bin/bash",
        Arguments = ["bash", "-c", command],
        Environment = [new("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), new("HOME", user.Home)],
        Terminal = terminal,
    };

    /// <summary>Runs to the end on pipes.</summary>
    public async Task<(string Output, string Errors, ProcessExit Exit)> RunAsync(ProcessStart start, string input = "")
    {
        using SpawnedProcess process = Spawner.Start(start);
        if (await process.StartAsync(SpawnRequest.Of(start)) is { } error)
        {
            throw new IOException(error);
        }

        await process.Input!.WriteAsync(Encoding.UTF8.GetBytes(input));
        process.Input.Dispose();
        Task<string> errors = ReadAllAsync(process.Errors!);
        string output = await ReadAllAsync(process.Output!).WaitAsync(Limit);
        return (output, await errors.WaitAsync(Limit), await process.Process.Exited.WaitAsync(Limit));
    }

    public static async Task<string> ReadAllAsync(Descriptor descriptor)
    {
        var text = new StringBuilder();
        var buffer = new byte[65536];
        while (await descriptor.ReadAsync(buffer) is > 0 and var count)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    public void Dispose() => Loop.Dispose();
}
