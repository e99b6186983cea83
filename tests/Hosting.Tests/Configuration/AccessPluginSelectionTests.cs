using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Plugins;

namespace Teleport.Hosting.Tests.Configuration;

public sealed class AccessPluginSelectionTests
{
    [Fact]
    public void Plugins_OfAConfiguration_AreBoundByNameAndType()
    {
        TestAccessOptions options = Load(
            """
            access_service:
              enabled: yes
              plugins:
                pager:
                  token_file: /etc/pager.token
                  role_to_recipients: {dba: [a, b], '*': c}
                  notify_requester: none
                second-pager:
                  type: pager
                  token: {env: PAGER}
            """);
        Assert.Equal([("pager", "pager"), ("second-pager", "pager")], options.Plugins.Select(static p => (p.Name, p.Type)));
        var first = (PagerOptions)options.Plugins[0].Options!;
        Assert.Equal("/etc/pager.token", first.Token!.File);
        Assert.Equal(["a", "b"], first.RoleToRecipients["dba"]);
        Assert.Equal(NotifyRequester.None, first.NotifyRequester);
        Assert.Equal("PAGER", ((PagerOptions)options.Plugins[1].Options!).Token!.Env);
    }

    [Theory]
    [InlineData("pager: {token_file: x, tokn: y}", "line 4, column 28: access_service.plugins.pager.tokn: unknown key; did you mean \"token\"?")]
    [InlineData("pager: {token_file: x, role_to_recipients: 5}", "access_service.plugins.pager.role_to_recipients: expected keys with values")]
    [InlineData("pagr: {token_file: x}", "no installed plugin provides the access plugin \"pagr\" (did you mean \"pager\"?)")]
    [InlineData("pager: {}", "access_service.plugins.pager.token: is missing; make one")]
    [InlineData("pager: {token_file: x, token: {file: y}}", "are both written")]
    [InlineData("pager: {token: {}}", "must have one of file and env")]
    [InlineData("pager: {token_file: x, templates: {boddy: f}}", "is no part of a message")]
    [InlineData("Pager: {type: pager, token_file: x}", "is no good name of a plugin")]
    [InlineData("pager: text", "expected keys with values, got")]
    public void Mistake_InASection_IsNamedWithItsPlace(string plugins, string expected)
    {
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => Load($"access_service:\n  enabled: yes\n  plugins:\n    {plugins}\n"));
        Assert.Contains(refused.Mistakes, mistake => mistake.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Secret_InPlainText_IsWarnedAboutAndNotShown()
    {
        var source = new ConfigurationSource("access_service:\n  enabled: yes\n  plugins:\n    pager: {token: xoxb-canary}\n", "test.yaml");
        InstanceConfiguration configuration = ConfigurationLoader.Load(source, Flags, Catalog());
        Assert.Contains(configuration.Warnings, static w => w.Contains("holds a secret in plain text", StringComparison.Ordinal));
        Assert.DoesNotContain(configuration.Warnings, static w => w.Contains("canary", StringComparison.Ordinal));
    }

    private static StartFlags Flags => new() { Roles = ["access"], DataDir = "/nonexistent" };

    private static PluginCatalog Catalog() => PluginCatalog.Discover(null, [new PagerPlugin()]);

    private static TestAccessOptions Load(string yaml)
    {
        InstanceConfiguration configuration = ConfigurationLoader.Load(new ConfigurationSource(yaml, "test.yaml"), Flags, Catalog());
        return (TestAccessOptions)Assert.Single(configuration.Roles).Options!;
    }

    private sealed class PagerPlugin : IPlugin
    {
        public void Register(IPluginRegistration plugin)
        {
            plugin.ProvideServiceRole<TestAccessOptions>("access", "access_service", enabledByDefault: false, static (_, _) => TestRole.Good());
            plugin.ProvideAccessPlugin<PagerOptions>("pager", static (_, _) => throw new InvalidOperationException("not made by these tests"));
        }
    }

    private sealed record TestAccessOptions : IPluginOptions
    {
        public bool Enabled { get; init; }

        public IReadOnlyList<ConfiguredAccessPlugin> Plugins { get; init; } = [];

        public void Validate(OptionsValidation validation)
        {
        }
    }

    private sealed record PagerOptions : AccessPluginOptions
    {
        public SecretSource? Token { get; init; }

        public override void Validate(OptionsValidation validation)
        {
            base.Validate(validation);
            RequireSecret(validation, "token", Token, "make one");
        }
    }
}
