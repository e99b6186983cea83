using Teleport.Abstractions.Configuration;

namespace Teleport.Hosting.Tests.Configuration;

public sealed class OptionsBinderTests
{
    [Fact]
    public void Bind_EveryKindOfValue_ArrivesTyped()
    {
        TestOptions options = Loading.OptionsOf("""
            ssh_service:
              enabled: on
              listen_addr: 127.0.0.1:3022
              public_addr: node.example.com:3022
              labels: {env: prod, tier: 1, on: yes}
              commands:
              - name: arch
                command: [/bin/uname, -p]
                period: 1h0m0s
              idle_timeout: never
              count: 7
              ratio: 0.5
              session_recording: node-sync
              password: s3cret
              app_id: https://localhost:3080
            """);

        Assert.Equal(new NetworkAddress("127.0.0.1", 3022), options.ListenAddr);
        Assert.Equal([new NetworkAddress("node.example.com", 3022)], options.PublicAddr);
        Assert.Equal(new Dictionary<string, string> { ["env"] = "prod", ["tier"] = "1", ["on"] = "yes" }, options.Labels);
        TestCommand command = Assert.Single(options.Commands);
        Assert.Equal(["/bin/uname", "-p"], command.Command);
        Assert.Equal(TimeSpan.FromHours(1), command.Period);
        Assert.Equal(Timeout.InfiniteTimeSpan, options.IdleTimeout);
        Assert.Equal(7, options.Count);
        Assert.Equal(0.5, options.Ratio);
        Assert.Equal(TestMode.NodeSync, options.SessionRecording);
        Assert.Equal("s3cret", options.Password!.Reveal());
        Assert.Equal(new Uri("https://localhost:3080"), options.AppId);
    }

    [Fact]
    public void Bind_EmptyKeys_LeaveInitialValues()
    {
        TestOptions options = Loading.OptionsOf("ssh_service:\n  count:\n  labels:\n  idle_timeout: ~\n");

        Assert.Equal(3, options.Count);
        Assert.Empty(options.Labels);
        Assert.Null(options.IdleTimeout);
    }

    [Fact]
    public void Bind_SeveralMistakes_AreAllReportedWithPlaceAndExample()
    {
        IReadOnlyList<string> mistakes = Loading.MistakesOf("""
            ssh_service:
              enabled: [ true|false ]
              count: int
              ratio: float
              listen_adr: x
              idle_timeout: 30
              listen_addr: a b
              session_recording: sometimes
              commands:
              - command: [x]
                perod: 1m
              - name: y
              labels: [env, prod]
            """);

        Assert.Equal(
            [
                "t.yaml: line 2, column 12: ssh_service.enabled: expected yes or no (as \"enabled: yes\"), got a list",
                "t.yaml: line 3, column 10: ssh_service.count: expected a whole number, as 10, got \"int\"",
                "t.yaml: line 4, column 10: ssh_service.ratio: expected a number, as 70 or 0.5, got \"float\"",
                "t.yaml: line 5, column 3: ssh_service.listen_adr: unknown key; did you mean \"listen_addr\"?",
                "t.yaml: line 6, column 17: ssh_service.idle_timeout: expected a duration, as 30s, 5m or 1h30m, or never, got \"30\"",
                "t.yaml: line 7, column 16: ssh_service.listen_addr: \"a b\" is not an address: \"a b\" is no host name, got \"a b\"",
                "t.yaml: line 8, column 22: ssh_service.session_recording: expected one of node, node_sync, off, got \"sometimes\"",
                "t.yaml: line 11, column 5: ssh_service.commands[0].perod: unknown key; did you mean \"period\"?",
                "t.yaml: line 12, column 5: ssh_service.commands[1].command: is empty",
                "t.yaml: line 13, column 11: ssh_service.labels: expected keys with values, got a list",
            ],
            mistakes);
    }

    [Theory]
    [InlineData("proxy_recording: yes", "is not supported yet: record at the node instead")]
    [InlineData("plans: [a]", "is not supported yet: leave it out")]
    public void Bind_AReservedOption_IsRefusedUnlessItHasItsInitialValue(string line, string expected)
    {
        Assert.Contains(expected, Assert.Single(Loading.MistakesOf("ssh_service:\n  " + line)), StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_ReservedOptionsWithTheirInitialValues_AreAccepted() =>
        Loading.OptionsOf("ssh_service:\n  proxy_recording: no\n  plans: []\n");

    [Fact]
    public void Bind_LegacyOptionsAndKeys_AreWarnedAbout()
    {
        IReadOnlyList<string> warnings = Loading.Load("teleport:\n  seed_config: yes\nssh_service:\n  license_file: /x\n").Warnings;

        Assert.Contains(warnings, static w => w.Contains("line 2, column 3: teleport.seed_config: has no effect", StringComparison.Ordinal));
        Assert.Contains(warnings, static w => w.Contains("ssh_service.license_file: has no effect: licences are not needed", StringComparison.Ordinal));
    }

    [Fact]
    public void Bind_ASecretOfAWrongType_IsNotShown()
    {
        string mistake = Assert.Single(Loading.MistakesOf("ssh_service:\n  password: {hunter2: x}\n"));

        Assert.DoesNotContain("hunter2", mistake, StringComparison.Ordinal);
    }
}
