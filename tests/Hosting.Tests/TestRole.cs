using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Tests;

/// <summary>Options with every kind of property.</summary>
public sealed record TestOptions : IPluginOptions
{
    public bool Enabled { get; init; } = true;

    public NetworkAddress? ListenAddr { get; init; }

    public IReadOnlyList<NetworkAddress> PublicAddr { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<TestCommand> Commands { get; init; } = [];

    public TimeSpan? IdleTimeout { get; init; }

    public int Count { get; init; } = 3;

    public double Ratio { get; init; }

    public TestMode SessionRecording { get; init; }

    public Abstractions.Security.Secret? Password { get; init; }

    public Uri? AppId { get; init; }

    public bool PermitUserEnv { get; init; }

    [Reserved("record at the node instead")]
    public bool ProxyRecording { get; init; }

    [Reserved("leave it out")]
    public IReadOnlyList<string> Plans { get; init; } = [];

    [Legacy("licences are not needed")]
    public string? LicenseFile { get; init; }

    public void Validate(OptionsValidation validation)
    {
        if (Count < 0)
        {
            validation.AddError("count", "must not be negative.");
        }

        for (int i = 0; i < Commands.Count; i++)
        {
            if (Commands[i].Command.Count == 0)
            {
                validation.AddError($"commands[{i}].command", "is empty.");
            }
        }
    }
}

public sealed record TestCommand
{
    public string Name { get; init; } = "";

    public IReadOnlyList<string> Command { get; init; } = [];

    public TimeSpan Period { get; init; } = TimeSpan.FromMinutes(1);
}

public enum TestMode
{
    Node,
    NodeSync,
    Off,
}

/// <summary>A role that does what a test says.</summary>
public sealed class TestRole(Func<IServiceRoleContext, CancellationToken, Task> run) : IServiceRole
{
    public Task RunAsync(IServiceRoleContext context, CancellationToken abort) => run(context, abort);

    /// <summary>Is up at once and ends when it should.</summary>
    public static TestRole Good(Action? ended = null) => new(async (context, abort) =>
    {
        context.ReportReady("listening on nothing");
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Draining).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        ended?.Invoke();
    });
}

/// <summary>A plugin of one role.</summary>
public sealed class TestPlugin(string name, string section, Func<TestOptions, IServiceProvider, IServiceRole> create, bool enabledByDefault = true) : IPlugin
{
    public void Register(IPluginRegistration plugin) => plugin.ProvideServiceRole(name, section, enabledByDefault, create);

    public static TestPlugin Good(string name, string section, bool enabledByDefault = true) =>
        new(name, section, static (_, _) => TestRole.Good(), enabledByDefault);
}
