using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Plugins;
using Teleport.Hosting.Supervision;

namespace Teleport.Hosting.Tests.Plugins;

public sealed class PluginCatalogTests : IDisposable
{
    private readonly TempFolder _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public void Discover_AGoodPlugin_IsNotLoadedUntilItIsNeeded()
    {
        PluginFolder.Write(_plugins, "Good", PluginFolder.ManifestOf<GoodPlugin>());

        PluginCatalog catalog = PluginCatalog.Discover(_plugins.Root);

        InstalledPlugin plugin = Assert.Single(catalog.Plugins);
        Assert.False(plugin.IsLoaded);
        Assert.Null(plugin.TryLoad());
        Assert.True(plugin.IsLoaded);
    }

    [Fact]
    public void Load_TheSameAssemblyTwice_HasContextsOfItsOwnAndSharedContracts()
    {
        PluginFolder.Write(_plugins, "Good", PluginFolder.ManifestOf<GoodPlugin>());
        PluginCatalog catalog = PluginCatalog.Discover(_plugins.Root);

        Type optionsInPlugin = catalog.Plugins[0].Parts.Roles[0].OptionsType;

        Assert.NotEqual(typeof(TestOptions), optionsInPlugin);
        Assert.True(optionsInPlugin.IsAssignableTo(typeof(Abstractions.Configuration.IPluginOptions)));
    }

    [Theory]
    [InlineData("../Good/x.dll")]
    [InlineData("/etc/x.dll")]
    [InlineData("..dll")]
    [InlineData("a\0b.dll")]
    [InlineData("Good.exe")]
    public void H44_AnAssemblyOutsideTheFolder_IsRefused(string assembly)
    {
        PluginFolder.Write(_plugins, "Bad", PluginFolder.ManifestOf<GoodPlugin>() with { Assembly = assembly });

        BrokenPlugin broken = Assert.Single(PluginCatalog.Discover(_plugins.Root).Broken);
        Assert.Contains("which is no plain file name", broken.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void H44_LinksInsteadOfFiles_AreRefused()
    {
        using var elsewhere = new TempFolder();
        string real = PluginFolder.Write(elsewhere, "Good", PluginFolder.ManifestOf<GoodPlugin>());
        Directory.CreateSymbolicLink(_plugins.At("LinkedFolder"), real);
        string folder = PluginFolder.Write(_plugins, "LinkedAssembly", PluginFolder.ManifestOf<GoodPlugin>(), withAssembly: false);
        string assembly = PluginFolder.ManifestOf<GoodPlugin>().Assembly;
        File.CreateSymbolicLink(Path.Combine(folder, assembly), Path.Combine(real, assembly));
        Directory.CreateDirectory(_plugins.At("LinkedManifest"));
        File.CreateSymbolicLink(_plugins.At("LinkedManifest", "plugin.json"), Path.Combine(real, "plugin.json"));

        PluginCatalog catalog = PluginCatalog.Discover(_plugins.Root);

        Assert.Empty(catalog.Plugins);
        Assert.Equal(3, catalog.Broken.Count);
        Assert.All(catalog.Broken, static b => Assert.Contains("is a link", b.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void H44_AnotherMajorVersion_IsRefusedWithBothVersions()
    {
        PluginFolder.Write(_plugins, "Old", PluginFolder.ManifestOf<GoodPlugin>() with { AbstractionsVersion = "77.1.2" });

        BrokenPlugin broken = Assert.Single(PluginCatalog.Discover(_plugins.Root).Broken);
        Assert.Contains("77.1.2", broken.Reason, StringComparison.Ordinal);
        Assert.Contains(PluginManifest.PresentAbstractions.ToString(3), broken.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"id":"x","unknown":1}""")]
    public void H44_AManifestThatIsNone_IsRefusedAndNamed(string json)
    {
        _plugins.Write("Bad/plugin.json", json);
        PluginFolder.Write(_plugins, "Good", PluginFolder.ManifestOf<GoodPlugin>());

        PluginCatalog catalog = PluginCatalog.Discover(_plugins.Root);

        Assert.Contains(_plugins.At("Bad"), Assert.Single(catalog.Broken).Reason, StringComparison.Ordinal);
        Assert.Single(catalog.Plugins);
    }

    [Fact]
    public void H44_AHugeManifest_IsNotRead()
    {
        _plugins.Write("Bad/plugin.json", new string(' ', 100_000));

        Assert.Contains("at most", Assert.Single(PluginCatalog.Discover(_plugins.Root).Broken).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void H44_AnAssemblyThatShadowsASharedOne_IsRefused()
    {
        string folder = PluginFolder.Write(_plugins, "Shadow", PluginFolder.ManifestOf<GoodPlugin>());
        File.Copy(typeof(IPlugin).Assembly.Location, Path.Combine(folder, "Teleport.Abstractions.dll"));

        string? failure = Assert.Single(PluginCatalog.Discover(_plugins.Root).Plugins).TryLoad();

        Assert.Contains("Teleport.Abstractions.dll, which the host carries", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void H44_AManifestThatDisagreesWithTheCode_IsRefused()
    {
        PluginFolder.Write(_plugins, "Liar", PluginFolder.ManifestOf<GoodPlugin>(role: "other"));

        string? failure = Assert.Single(PluginCatalog.Discover(_plugins.Root).Plugins).TryLoad();

        Assert.Contains("its manifest and its code disagree", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void H44_AnAssemblyThatIsNone_IsRefused()
    {
        PluginFolder.Write(_plugins, "Garbage", PluginFolder.ManifestOf<GoodPlugin>() with { Assembly = "Garbage.dll" }, withAssembly: false);
        _plugins.Write("Garbage/Garbage.dll", "MZ garbage");

        string? failure = Assert.Single(PluginCatalog.Discover(_plugins.Root).Plugins).TryLoad();

        Assert.Contains("Cannot load the plugin GoodPlugin 1.0.0", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Discover_TwoPluginsWithOnePart_TheSecondIsRefusedAndBothAreNamed()
    {
        PluginFolder.Write(_plugins, "A", PluginFolder.ManifestOf<GoodPlugin>() with { Id = "first" });
        PluginFolder.Write(_plugins, "B", PluginFolder.ManifestOf<GoodPlugin>() with { Id = "second" });

        PluginCatalog catalog = PluginCatalog.Discover(_plugins.Root);

        Assert.Equal("first", Assert.Single(catalog.Plugins).Manifest.Id);
        Assert.Equal(
            "Cannot use the plugin second: the service role \"good\" is already provided by first. Remove one of them.", Assert.Single(catalog.Broken).Reason);
    }

    [Theory]
    [InlineData(typeof(ThrowsWhenMadePlugin), "it threw InvalidOperationException: made wrong")]
    [InlineData(typeof(ThrowsInRegisterPlugin), "it threw InvalidOperationException: registers wrong")]
    public async Task H44_APluginThatThrows_IsNamedAndTheOthersRun(Type entry, string expected)
    {
        PluginFolder.Write(_plugins, "Good", PluginFolder.ManifestOf<GoodPlugin>());
        PluginFolder.Write(_plugins, "Bad", PluginFolder.ManifestOf<GoodPlugin>(role: "bad") with { Id = "bad", EntryType = entry.FullName! });
        using var data = new TempFolder();
        await using TeleportHost host = TeleportHost.CreateBuilder()
            .UsePluginsFolder(_plugins.Root)
            .UseFlags(new StartFlags { DataDir = data.At("d") })
            .UseLogging(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance)
            .Build();

        await host.StartAsync(TestContext.Current.CancellationToken);

        await HostWaits.UntilAsync(host, "good", RoleState.Ready);
        RoleStatus bad = host.Roles.First(static r => r.Name == "bad");
        Assert.Equal(RoleState.Failed, bad.State);
        Assert.Contains(expected, bad.Detail, StringComparison.Ordinal);
    }
}
