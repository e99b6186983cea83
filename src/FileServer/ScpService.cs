using Teleport.Ssh.Scp;

namespace Teleport.FileServer;

/// <summary>Serves one command of the old scp protocol.</summary>
internal static class ScpService
{
    /// <summary>Serves it.</summary>
    /// <returns>Whether everything was copied.</returns>
    public static async Task<bool> RunAsync(Stream channel, string commandLine)
    {
        if (!ScpCommand.TryParse(commandLine, out ScpCommand? command))
        {
            await Console.Error.WriteLineAsync($"This is no scp command of a client: {commandLine}");
            return false;
        }

        IReadOnlyList<string> paths = command.Resolve(Directory.GetCurrentDirectory());
        ScpResult result = command.IsSink
            ? await ScpSink.ReceiveAsync(channel, paths[0], command.Options)
            : await ScpSource.SendAsync(channel, paths, command.Options);
        return result.Succeeded;
    }
}
