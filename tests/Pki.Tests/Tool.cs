using System.Diagnostics;

namespace Teleport.Pki.Tests;

/// <summary>Runs a program that stands for the rest of the world: ssh-keygen, openssl, sftp.</summary>
internal static class Tool
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it and gives back what it printed.</summary>
    public static string Run(string program, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        (int code, string output, string error) = TryRun(program, arguments, input, environment);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: exit {code}\n{output}\n{error}");
        return output;
    }

    public static (int Code, string Output, string Error) TryRun(
        string program, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Limit))
        {
            process.Kill();
            Assert.Fail($"{program} has not ended within {Limit}.");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Skips the test when the program is missing.</summary>
    public static void Require(string program) =>
        Assert.SkipUnless(
            File.Exists(program) || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))),
            $"{program} is not installed.");
}
