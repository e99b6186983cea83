using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Tests.Plugins;

/// <summary>Throws when it is made.</summary>
public sealed class ThrowsWhenMadePlugin : IPlugin
{
    public ThrowsWhenMadePlugin() => throw new InvalidOperationException("made wrong");

    public void Register(IPluginRegistration plugin) => plugin.ProvideServiceRole<TestOptions>("bad", "bad_service", true, static (_, _) => TestRole.Good());
}

/// <summary>Throws when it should register.</summary>
public sealed class ThrowsInRegisterPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) => throw new InvalidOperationException("registers wrong");
}

/// <summary>Registers properly.</summary>
public sealed class GoodPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) => plugin.ProvideServiceRole<TestOptions>("good", "good_service", true, static (_, _) => TestRole.Good());
}
