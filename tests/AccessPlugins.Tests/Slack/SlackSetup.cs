using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.AccessPlugins.Slack;
using Teleport.AccessPlugins.Tests.Fakes;

namespace Teleport.AccessPlugins.Tests.Slack;

internal static class SlackSetup
{
    public static SlackOptions Options(FakeSlack slack, string tokenFile, SlackMode mode) => new()
    {
        ApiUrl = new Uri(slack.Address, "api/"),
        Token = new SecretSource { File = tokenFile },
        SigningSecret = new SecretSource { Value = new Secret(FakeSlack.SigningSecret) },
        AppToken = new SecretSource { Value = new Secret("xapp-first") },
        Mode = mode,
        RoleToRecipients = new Dictionary<string, StringList> { ["dba"] = ["first", "second"] },
    };

    /// <summary>As the plugin registers itself.</summary>
    public static IAccessPlugin Create(SlackOptions options, IAccessPluginContext context) => Registered.Create<SlackPlugin, SlackOptions>(options, context);
}
