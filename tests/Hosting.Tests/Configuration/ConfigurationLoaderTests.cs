using Teleport.Abstractions.Configuration;
using Teleport.Hosting.Configuration;

namespace Teleport.Hosting.Tests.Configuration;

public sealed class ConfigurationLoaderTests
{
    private const string Pin = "sha256:7e12c17c20d9cb504bbcb3f0236be3f446861f1396dcbb44425fe28ec1c108f1";

    [Fact]
    public void Load_NoFile_EnablesWhatIsEnabledByDefault()
    {
        InstanceConfiguration configuration = Loading.Load("", null, TestPlugin.Good("node", "ssh_service"), TestPlugin.Good("app", "app_service", enabledByDefault: false));

        Assert.Equal(["node"], configuration.RoleNames);
        Assert.Equal("/var/lib/teleport", configuration.Instance.DataDir);
    }

    [Fact]
    public void Load_FlagsAndFile_FlagsWin()
    {
        InstanceConfiguration configuration = Loading.Load(
            "teleport:\n  nodename: a\n  data_dir: /x\n  auth_servers: [10.0.0.1, 'https://proxy:443']\nssh_service:\n  enabled: no\n",
            new StartFlags { Roles = ["SSH"], Nodename = "b", DataDir = "rel", Labels = ["env=dev,group:x"], Settings = [] });

        Assert.Equal(["node"], configuration.RoleNames);
        Assert.Equal("b", configuration.Instance.Nodename);
        Assert.Equal(Path.GetFullPath("rel"), configuration.Instance.DataDir);
        Assert.Equal([new NetworkAddress("10.0.0.1", 3025), new NetworkAddress("proxy", 443, "https")], configuration.Instance.AuthServers);
        Assert.Equal(new Dictionary<string, string> { ["env"] = "dev", ["group"] = "x" }, configuration.Instance.Labels);
    }

    [Fact]
    public void Load_DynamicLabelsOfAFlag_BecomeCommandsOfTheNode()
    {
        TestOptions options = Loading.OptionsOf(
            "ssh_service:\n  commands:\n  - {name: a, command: [b]}\n", new StartFlags { Labels = ["env=dev,kernel=[1h:\"uname -r\"]"] });

        Assert.Equal(["a", "kernel"], options.Commands.Select(static c => c.Name));
        Assert.Equal(["uname", "-r"], options.Commands[1].Command);
        Assert.Equal(TimeSpan.FromHours(1), options.Commands[1].Period);
    }

    [Theory]
    [InlineData("ssh_servce:\n  enabled: yes\n", "line 1, column 1: ssh_servce: unknown section; did you mean \"ssh_service\"?")]
    [InlineData("teleport:\n  data_dri: /x\n", "line 2, column 3: teleport.data_dri: unknown key; did you mean \"data_dir\"?")]
    [InlineData("app_service:\n  enabled: yes\n  debug_app: yes\n", "app_service: is enabled, but no installed plugin provides the service role \"app\"; installed are node, proxy")]
    [InlineData("windows_desktop_service:\n  enabled: yes\n", "this version has no such service")]
    [InlineData("auth_service:\n  cluster_name: x\n", "auth_service: is enabled, but no installed plugin provides")]
    [InlineData("app_service:\n  apps:\n  - name: Bad_Name\n    uri: http://x\n", "app_service.apps[0].name: \"Bad_Name\" is no name")]
    [InlineData("teleport:\n  ca_pin: sha256:12\n", "teleport.ca_pin: \"sha256:12\" is no pin")]
    [InlineData("teleport:\n  ciphers: [3des-cbc]\n", "teleport.ciphers: \"3des-cbc\" is not supported")]
    [InlineData("teleport:\n  ciphers: [aes128-ctr, aes256-crt]\n", "line 2, column 25: teleport.ciphers[1]: \"aes256-crt\" is not supported; did you mean \"aes256-ctr\"?")]
    [InlineData("teleport:\n  log: {severity: loud}\n", "teleport.log.severity: \"loud\" is unknown")]
    [InlineData("teleport:\n  auth_token: a\n  join_params: {token_name: b}\n", "write one of them")]
    [InlineData("teleport:\n  advertise_ip: 0.0.0.0\n", "teleport.advertise_ip: is the address of no host")]
    [InlineData("teleport:\n  cache: {enabled: no}\n", "teleport.cache.enabled: is not supported yet")]
    [InlineData("ssh_service: yes\n", "ssh_service: expected keys with values, got \"yes\"")]
    [InlineData("- a\n", "expected sections")]
    [InlineData("version: v9\n", "version: expected v1, v2 or v3")]
    [InlineData("version: v3\nteleport:\n  auth_servers: [a]\n", "write auth_server or proxy_server")]
    [InlineData("version: v2\nproxy_service:\n  listen_addr: a:1\n", "proxy_service.tunnel_listen_addr: must be written with version v2")]
    [InlineData("ssh_service:\n  enabled: no\nproxy_service:\n  enabled: no\n", "no service is enabled")]
    public void Load_AMistake_IsNamedWithItsPlace(string yaml, string expected) =>
        Assert.Contains(Loading.MistakesOf(yaml), mistake => mistake.Contains(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("teleport:\n  ca_pin: " + Pin)]
    [InlineData("app_service:\n  enabled: no\n  debug_app: yes\n")]
    [InlineData("kubernetes_service:\n  kube_cluster_name:\n")]
    [InlineData("metrics_service:\n  enabled: no\n  listen_addr: x\n")]
    [InlineData("version: v3\nteleport:\n  proxy_server: p.example.com:443\nproxy_service:\n  enabled: no\n")]
    [InlineData("teleport:\n  advertise_ip: node.example.com\n  log: {output: stdout, severity: Warning, format: {output: json}}\n")]
    public void Load_WhatIsKnown_IsAccepted(string yaml) => Assert.NotEmpty(Loading.Load(yaml).RoleNames);

    [Fact]
    public void Load_MistakesInFlags_NameTheFlag()
    {
        IReadOnlyList<string> mistakes = Loading.MistakesOf("", new StartFlags
        {
            Roles = ["nod"], ListenIp = "somewhere", AuthServers = ["a b"], CaPins = ["x"], Labels = ["novalue"], DiagAddr = "nowhere", Token = "/no/such/file",
        });

        Assert.Contains(mistakes, static m => m.StartsWith("--roles: no installed plugin provides the service role \"nod\" (did you mean \"node\"?)", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.StartsWith("--listen-ip: \"somewhere\" is no IP address", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.StartsWith("--auth-server: \"a b\" is no address", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.StartsWith("--ca-pin: \"x\" is no pin", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.StartsWith("--labels: \"novalue\" is no label", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.StartsWith("--diag-addr: \"nowhere\" is no address with a port", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.StartsWith("--token: cannot read the token from the file /no/such/file", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("proxy,node,app:f7adb7cc:x", "f7adb7cc:x", true)]
    [InlineData("plain:token", "plain:token", false)]
    public void Load_ATokenPastedWithItsRoles_IsStripped(string written, string expected, bool warns)
    {
        InstanceConfiguration configuration = Loading.Load($"teleport:\n  auth_token: {written}\n");

        Assert.Equal(expected, configuration.Instance.AuthToken!.Reveal());
        Assert.Equal(warns, configuration.Warnings.Any(static w => w.Contains("teleport.auth_token", StringComparison.Ordinal)));
    }

    [Fact]
    public void Load_ATokenInAFile_IsReadAndTrimmed()
    {
        using var folder = new TempFolder();
        string path = folder.Write("token", "abc\n");

        Assert.Equal("abc", Loading.Load("", new StartFlags { Token = path }).Instance.AuthToken!.Reveal());
        Assert.Equal("abc", Loading.Load($"teleport:\n  auth_token: {path}\n").Instance.AuthToken!.Reveal());
    }

    [Fact]
    public void Load_AuthServerFlag_LeavesTheLocalAuthRoleOut()
    {
        InstanceConfiguration configuration = Loading.Load(
            "auth_service:\n  enabled: yes\n", new StartFlags { AuthServers = ["10.1.0.1"] }, TestPlugin.Good("auth", "auth_service"), TestPlugin.Good("node", "ssh_service"));

        Assert.Equal(["node"], configuration.RoleNames);
        Assert.Contains(configuration.Warnings, static w => w.StartsWith("--auth-server: names another auth server", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ssh_service:\n  listen_addr: 0.0.0.0:3026\nproxy_service:\n  listen_addr: 127.0.0.1:3026\n", true)]
    [InlineData("ssh_service:\n  listen_addr: 127.0.0.2:3026\nproxy_service:\n  listen_addr: 127.0.0.1:3026\n", false)]
    [InlineData("ssh_service:\n  listen_addr: 127.0.0.1:0\nproxy_service:\n  listen_addr: 127.0.0.1:0\n", false)]
    [InlineData("ssh_service:\n  listen_addr: 0.0.0.0:3023\n", true)]
    public void Load_TwoListenersOnOneAddress_IsAMistakeThatNamesBoth(string yaml, bool clashes)
    {
        if (!clashes)
        {
            Assert.Equal(2, Loading.Load(yaml).RoleNames.Count);
            return;
        }

        string mistake = Assert.Single(Loading.MistakesOf(yaml));
        Assert.Contains("proxy_service.listen_addr", mistake, StringComparison.Ordinal);
        Assert.Contains("ssh_service.listen_addr", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_StorageOfAnInstanceWithoutAuth_IsCheckedAllTheSame()
    {
        IReadOnlyList<string> mistakes = Loading.MistakesOf("""
            teleport:
              storage:
                type: dir
                continuous_backups: [ true|false ]
                read_min_capacity: int
                read_target_value: float
                regoin: x
                audit_events_uri: [stdout://]
            """);

        Assert.Equal(5, mistakes.Count);
        Assert.Contains(mistakes, static m => m.Contains("continuous_backups: expected yes or no", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.Contains("read_min_capacity: expected a whole number", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.Contains("read_target_value: expected a number", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.Contains("regoin: unknown key; did you mean \"region\"?", StringComparison.Ordinal));
        Assert.Contains(mistakes, static m => m.Contains("stdout:// alone keeps nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void FromFile_NotThere_SaysHowToWriteOne()
    {
        var e = Assert.Throws<ConfigurationException>(() => ConfigurationSource.FromFile("/no/such/teleport.yaml"));

        Assert.Contains("teleport configure", e.Message, StringComparison.Ordinal);
    }
}
