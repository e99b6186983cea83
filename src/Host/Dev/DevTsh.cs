using System.Diagnostics;
using Teleport.Abstractions.Security;
using Teleport.Host.Commands;

namespace Teleport.Host.Dev;

/// <summary>Logs in by the very command that people use.</summary>
internal sealed class DevTsh(DevFolder folder)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The <c>tsh</c> that was built with this host.</summary>
    public static string Find() =>
        new[] { Path.Combine(AppContext.BaseDirectory, "tsh", "tsh"), Path.Combine(AppContext.BaseDirectory, "tsh") }.FirstOrDefault(File.Exists)
        ?? throw new CommandException($"There is no tsh in {AppContext.BaseDirectory}. Build it: dotnet build Teleport.sln, or ./build.sh");

    /// <summary>Logs in with a password.</summary>
    public Task LoginAsync(string proxy, string user, Secret password, CancellationToken cancellationToken) =>
        RunAsync(["login", $"--proxy={proxy}", $"--user={user}"], password.Reveal(), cancellationToken);

    /// <summary>Writes the configuration for plain <c>ssh</c>.</summary>
    public async Task WriteSshConfigAsync(string proxy, CancellationToken cancellationToken) =>
        await File.WriteAllTextAsync(folder.SshConfig, await RunAsync(["config", $"--proxy={proxy}"], input: null, cancellationToken), cancellationToken);

    private async Task<string> RunAsync(string[] arguments, string? input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(folder.Tsh, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new CommandException($"Cannot run {folder.Tsh}.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            if (input is not null)
            {
                await process.StandardInput.WriteLineAsync(input.AsMemory(), limit.Token);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? await output
                : throw new CommandException($"tsh {arguments[0]} failed: {(await errors).Trim()}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"tsh {arguments[0]} did not end within {Limit.TotalSeconds} s.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
