using System.CommandLine;
using Teleport.Host.Running;
using Teleport.Hosting;
using Teleport.Hosting.Configuration;

namespace Teleport.Host.Commands;

/// <summary><c>teleport start</c>.</summary>
internal static class StartCommand
{
    private const string DefaultFile = "/etc/teleport.yaml";

    public static Command Create()
    {
        var options = new StartOptions();
        var command = new Command("start", "Runs the enabled services in the foreground.");
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, options, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, StartOptions options, CancellationToken cancellationToken)
    {
        options.RefuseUnsupported(parsed);
        StartFlags flags = options.Read(parsed);
        await using TeleportHost host = TeleportHost.CreateBuilder()
            .UsePluginsFolder(parsed.GetValue(TeleportCommand.PluginsFolder)!)
            .UseConfiguration(SourceOf(parsed, options))
            .UseFlags(flags)
            .Build();
        return await InstanceRunner.RunAsync(host, parsed.InvocationConfiguration.Error, cancellationToken);
    }

    private static ConfigurationSource SourceOf(ParseResult parsed, StartOptions options)
    {
        if (parsed.GetValue(options.Config) is { } file)
        {
            return ConfigurationSource.FromFile(file);
        }

        if (parsed.GetValue(options.ConfigString) is { Length: > 0 } text)
        {
            return ConfigurationSource.FromBase64(text, "--config-string");
        }

        if (Environment.GetEnvironmentVariable("TELEPORT_CONFIG") is { Length: > 0 } variable)
        {
            return ConfigurationSource.FromBase64(variable, "The environment variable TELEPORT_CONFIG");
        }

        return File.Exists(DefaultFile) ? ConfigurationSource.FromFile(DefaultFile) : ConfigurationSource.Defaults;
    }
}
