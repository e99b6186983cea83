using System.Net;
using Teleport.Abstractions.Configuration;
using Teleport.Proxy.Configuration;

namespace Teleport.Proxy.Tests.Configuration;

public sealed class ProxyOptionsTests
{
    private static readonly InstanceOptions Instance = new() { Nodename = "proxyhost", DataDir = "/nonexistent", Version = "0.1.0", ExecutablePath = "/nonexistent" };

    [Fact]
    public void Validate_Defaults_AreGood()
    {
        var validation = new OptionsValidation();
        new ProxyOptions().Validate(validation);
        Assert.Empty(validation.Mistakes);
    }

    [Fact]
    public void Validate_Mistakes_AreAllReportedByTheirKeys()
    {
        var validation = new OptionsValidation();
        new ProxyOptions
        {
            WebListenAddr = NetworkAddress.Parse("proxy.example:3080"),
            PublicAddr = [NetworkAddress.Parse("0.0.0.0:3080")],
            HttpsKeypairs = [new HttpsKeypair { KeyFile = "key.pem" }],
            HttpsKeyFile = "key.pem",
            ProxyProtocolSources = ["10.0.0.0/8", "loadbalancer"],
            AllowUnregistered = ["host:x"],
            HttpsKeypairsReloadInterval = TimeSpan.Zero,
        }.Validate(validation);

        Assert.Equal(
            ["web_listen_addr", "public_addr[0]", "https_cert_file", "https_keypairs[0]", "https_keypairs_reload_interval", "proxy_protocol_sources[1]", "allow_unregistered[0]"],
            validation.Mistakes.Select(static m => m.Key));
    }

    [Fact]
    public void Plans_Defaults_AreThreePorts()
    {
        IReadOnlyList<ListenerPlan> plans = ListenerPlan.Of(new ProxyOptions(), Instance);

        Assert.Equal(["0.0.0.0:3080", "0.0.0.0:3023", "0.0.0.0:3024"], plans.Select(static p => p.EndPoint.ToString()));
        Assert.Equal([ListenerServices.All, ListenerServices.Ssh, ListenerServices.Tunnels], plans.Select(static p => p.Services));
    }

    [Fact]
    public void Plans_EqualAddresses_ShareAListener()
    {
        var options = new ProxyOptions { TunnelListenAddr = NetworkAddress.Parse("0.0.0.0:3080"), ListenAddr = NetworkAddress.Parse("0.0.0.0:3080") };

        ListenerPlan plan = Assert.Single(ListenerPlan.Of(options, Instance));
        Assert.Equal("web_listen_addr, listen_addr, tunnel_listen_addr", plan.Keys);
        Assert.Equal(ListenerServices.All, plan.Services);
    }

    [Fact]
    public void Addresses_NothingPublic_AreThoseOfThisHost()
    {
        var addresses = ProxyAddresses.Of(
            new ProxyOptions(), Instance, new IPEndPoint(IPAddress.Any, 3080), new IPEndPoint(IPAddress.Loopback, 3023), new IPEndPoint(IPAddress.IPv6Any, 3024));

        Assert.Equal("proxyhost:3080", addresses.Web);
        Assert.Equal("127.0.0.1:3023", addresses.Ssh);
        Assert.Equal("proxyhost:3024", addresses.Tunnel);
        Assert.Null(addresses.ConfiguredWeb);
    }

    [Fact]
    public void Addresses_PublicName_StandsForTheOtherPortsToo()
    {
        var options = new ProxyOptions { PublicAddr = [NetworkAddress.Parse("proxy.example:443"), NetworkAddress.Parse("alias.example")] };
        var any = IPAddress.Any;

        var addresses = ProxyAddresses.Of(options, Instance, new IPEndPoint(any, 3080), new IPEndPoint(any, 3023), new IPEndPoint(any, 3024));

        Assert.Equal(["proxy.example:443", "alias.example:3080"], addresses.AllWeb);
        Assert.Equal("proxy.example:3023", addresses.Ssh);
        Assert.Equal("proxy.example:3024", addresses.Tunnel);
        Assert.Equal(["proxy.example", "alias.example", "proxyhost", "localhost", "127.0.0.1", "::1"], ProxyAddresses.HostNames(options, Instance));
    }
}
