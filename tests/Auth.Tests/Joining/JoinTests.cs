using Google.Protobuf;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Join.V1;
using Teleport.Api.Tokens.V1;
using Teleport.Auth.Options;
using Teleport.Auth.Tests.Cluster;
using Teleport.Pki.Identities;

namespace Teleport.Auth.Tests.Joining;

public sealed class JoinTests
{
    private const string StaticToken = "f7adb7ccdf04037bcd2b52ec6010fd6f";

    [Fact]
    public async Task Join_DynamicToken_GivesCertificatesThatSayTheSame()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();

        JoinedHost node = await cluster.JoinAsync(SystemRole.Node, static r => r.NodeName = "web-1");

        HostIdentity tls = HostIdentityReader.FromX509(node.Tls);
        HostIdentity ssh = HostIdentityReader.FromSsh(node.Ssh);
        Assert.Equal((node.HostId, AuthCluster.Name, SystemRole.Node), (tls.HostId, tls.ClusterName, tls.Role));
        Assert.Equal((node.HostId, AuthCluster.Name, SystemRole.Node), (ssh.HostId, ssh.ClusterName, ssh.Role));
        string[] names = [node.HostId, $"{node.HostId}.{AuthCluster.Name}", "web-1", $"web-1.{AuthCluster.Name}"];
        Assert.Equivalent(names, node.Ssh.Principals, strict: true);
        Assert.Equivalent(names, node.TlsNames, strict: true);
        Assert.InRange(tls.Expires - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(29), TimeSpan.FromDays(31));
        Assert.True(Assert.Single(await cluster.EventsAsync("instance.join")).GetProperty("success").GetBoolean());
    }

    [Fact]
    public async Task H30_TokenThatIsNotGood_IsRefusedAlikeWhateverIsWrong()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync(new AuthOptions { Tokens = [new Secret("node:" + StaticToken)] });
        string real = await cluster.TokenAsync(SystemRole.Node);
        string expired = await cluster.TokenAsync(SystemRole.Proxy);
        string deleted = await cluster.TokenAsync(SystemRole.Proxy);
        await cluster.Admin.Tokens.DeleteTokenAsync(new DeleteTokenRequest { Token = deleted });
        cluster.Time.Advance(TimeSpan.FromMinutes(61));
        string fresh = await cluster.TokenAsync(SystemRole.Node);
        var messages = new HashSet<string>();

        foreach (string token in (string[])[expired, deleted, fresh, StaticToken, "", fresh[..^1], fresh + "0", "0123456789abcdef0123456789abcdef", StaticToken[..16]])
        {
            // All of them ask to be a proxy, for which none of them is good.
            TeleportException refusal = await Refusal.OfAsync(
                ErrorCode.AccessDenied, () => cluster.JoinAsync(SystemRole.Proxy, r => r.Token = token));
            messages.Add(refusal.Message);
        }

        await Refusal.OfAsync(ErrorCode.AccessDenied, () => cluster.JoinAsync(SystemRole.Node, r => r.Token = real));
        await cluster.JoinAsync(SystemRole.Node, r => r.Token = fresh);
        await cluster.JoinAsync(SystemRole.Node, r => r.Token = StaticToken);
        Assert.Single(messages);
        List<System.Text.Json.JsonElement> events = await cluster.EventsAsync("instance.join");
        Assert.Equal(10, events.Count(static e => e.GetProperty("code").GetString() == "TJ002E"));
        string everything = string.Join('\n', events.Select(static e => e.GetRawText()).Concat(cluster.Instance.Loggers.Lines));
        Assert.DoesNotContain(fresh, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(StaticToken, everything, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Auth")]
    [InlineData("Admin")]
    [InlineData("TrustedCluster")]
    [InlineData("0")]
    [InlineData("Node,Proxy")]
    [InlineData("node")]
    public async Task H30_RoleThatNobodyJoinsAs_IsRefused(string role)
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync(
            new AuthOptions { Tokens = [new Secret("node,proxy,auth,trusted_cluster:" + StaticToken)] });

        TeleportException refusal = await Assert.ThrowsAsync<TeleportException>(() => cluster.JoinAsync(SystemRole.Node, r =>
        {
            r.Token = StaticToken;
            r.Role = role;
        }));

        Assert.True(refusal.Code is ErrorCode.AccessDenied or ErrorCode.Invalid);
        await cluster.JoinAsync(SystemRole.Node, r => r.Token = StaticToken);
    }

    [Fact]
    public async Task H30_SingleUseTokenByTwentyAtOnce_LetsExactlyOneIn()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        string token = (await cluster.Admin.Tokens.CreateTokenAsync(new CreateTokenRequest { Roles = { "Node" }, MaxUses = 1 })).Token;

        bool[] joined = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await cluster.JoinAsync(SystemRole.Node, r => r.Token = token);
                return true;
            }
            catch (TeleportException e) when (e.Code == ErrorCode.AccessDenied)
            {
                return false;
            }
        }));

        Assert.Equal(1, joined.Count(static j => j));
    }

    [Fact]
    public async Task H22_TokenGuesses_AreLimitedByAddress()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        string good = await cluster.TokenAsync(SystemRole.Node);
        int guesses = 0;
        TeleportException last;
        do
        {
            last = await Assert.ThrowsAsync<TeleportException>(() => cluster.JoinAsync(SystemRole.Node, r => r.Token = $"guess-{guesses}"));
        }
        while (last.Code == ErrorCode.AccessDenied && ++guesses < 100);

        Assert.Equal((ErrorCode.Limit, 25), (last.Code, guesses));
        await Refusal.OfAsync(ErrorCode.Limit, () => cluster.JoinAsync(SystemRole.Node, r => r.Token = good));
        cluster.Time.Advance(TimeSpan.FromMinutes(21));
        await cluster.JoinAsync(SystemRole.Node, r => r.Token = good);
    }

    [Fact]
    public async Task H32_HostIdOfAnother_NeedsItsKeyOrItsCertificate()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost victim = await cluster.JoinAsync(SystemRole.Node);

        await Refusal.OfAsync(ErrorCode.Conflict, () => cluster.JoinAsync(SystemRole.Node, r => r.HostId = victim.HostId));
        await Refusal.OfAsync(ErrorCode.Conflict, () => cluster.JoinAsync(SystemRole.Proxy, r => r.HostId = victim.HostId));

        // Its own key, which the attacker does not have, and its own certificate are good.
        await cluster.JoinAsync(SystemRole.Proxy, r => r.HostId = victim.HostId, victim.Keys);
        HostKeyPair renewed = HostKeyPair.Generate();
        await victim.Client.Join.JoinAsync(new JoinRequest
        {
            HostId = victim.HostId,
            NodeName = "again",
            Role = "Node",
            Token = await cluster.TokenAsync(SystemRole.Node),
            PublicSshKey = ByteString.CopyFrom(renewed.Ssh.PublicKey.Blob.Span),
            PublicTlsKey = ByteString.CopyFrom(renewed.TlsPublicKey),
        });
        Assert.Equal(2, (await cluster.EventsAsync("instance.join")).Count(static e => !e.GetProperty("success").GetBoolean()));
    }

    [Fact]
    public async Task H32_ProxyRelaysAJoin_ItsCertificateProvesNothing()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        JoinRequest request = await RequestAsync(cluster, "node-x");
        request.HostId = proxy.HostId;
        request.RemoteAddr = "203.0.113.9:5555";

        await Refusal.OfAsync(ErrorCode.Conflict, () => proxy.Client.Join.JoinAsync(request));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("*.lab.example")]
    [InlineData("lab.example")]
    [InlineData("LAB.example.")]
    [InlineData("6c61622e6578616d706c65.teleport.cluster.local")]
    [InlineData("teleport.cluster.local")]
    [InlineData("5f747e48-4050-485f-81d5-e2fcf61cfc24")]
    [InlineData("5f747e48-4050-485f-81d5-e2fcf61cfc24.lab.example")]
    [InlineData("a,b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("-a")]
    public async Task H32_NameThatIsNoHosts_IsRefused(string name)
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();

        await Refusal.OfAsync(ErrorCode.Invalid, () => cluster.JoinAsync(SystemRole.Node, r => r.AdditionalPrincipals.Add(name)));
        await Refusal.OfAsync(ErrorCode.Invalid, () => cluster.JoinAsync(SystemRole.Node, r => r.DnsNames.Add(name)));
        if (!name.TrimEnd('.').Equals("lab.example", StringComparison.OrdinalIgnoreCase))
        {
            await Refusal.OfAsync(ErrorCode.Invalid, () => cluster.JoinAsync(SystemRole.Node, r => r.NodeName = name));
        }

        JoinedHost node = await cluster.JoinAsync(SystemRole.Node, static r => r.DnsNames.Add("web.example.com"));
        await Refusal.OfAsync(ErrorCode.Invalid, () => node.Client.Join.RenewAsync(Renewal(HostKeyPair.Generate(), name)));
        Assert.Contains("web.example.com", node.TlsNames);
    }

    [Theory]
    [InlineData("lab.example")]
    [InlineData("LAB.example.")]
    public async Task H32_HostCalledAsTheCluster_HasThatNameWithinTheClusterOnly(string name)
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();

        JoinedHost node = await cluster.JoinAsync(SystemRole.Node, r => r.NodeName = name);

        await node.Client.Join.RenewAsync(Renewal(HostKeyPair.Generate(), name));
        Assert.Contains("lab.example.lab.example", node.Ssh.Principals, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain("lab.example", node.Ssh.Principals, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain("lab.example", node.TlsNames, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task H32_NamesOfOtherServers_StayTheirs()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        await Announcements.ProxyAsync(proxy, static s => s with { Spec = s.Spec with { Hostname = "gate", PublicAddrs = ["proxy.example.com:443"] } });
        JoinedHost first = await cluster.JoinAsync(SystemRole.Node, static r => r.NodeName = "web-1");
        await Announcements.NodeAsync(first, static s => s with { Spec = s.Spec with { Hostname = "web-1" } });

        JoinedHost second = await cluster.JoinAsync(SystemRole.Node, static r =>
        {
            r.NodeName = "web-1";
            r.AdditionalPrincipals.Add("Proxy.Example.com");
            r.DnsNames.Add("gate.lab.example");
            r.DnsNames.Add("mine.example.com");
        });

        Assert.Equivalent(new[] { second.HostId, $"{second.HostId}.lab.example", "mine.example.com" }, second.Ssh.Principals, strict: true);
        Assert.Equivalent(second.Ssh.Principals, second.TlsNames, strict: true);

        // The first keeps its names when it renews, the second still does not get them, and a second proxy shares those of proxies.
        HostCertificates renewed = await first.Client.Join.RenewAsync(Renewal(HostKeyPair.Generate(), "web-1"));
        Assert.Contains("web-1", Ssh.Keys.SshCertificate.Parse(renewed.SshCertificate).Principals);
        HostCertificates again = await second.Client.Join.RenewAsync(Renewal(HostKeyPair.Generate(), "web-1"));
        Assert.DoesNotContain("web-1", Ssh.Keys.SshCertificate.Parse(again.SshCertificate).Principals);
        JoinedHost other = await cluster.JoinAsync(SystemRole.Proxy, static r => r.DnsNames.Add("proxy.example.com"));
        Assert.Contains("proxy.example.com", other.TlsNames);
    }

    [Fact]
    public async Task H32_LoopbackNames_AreForHostsThatJoinFromLoopback()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        JoinRequest remote = await RequestAsync(cluster, "far");
        remote.RemoteAddr = "203.0.113.9:5555";
        remote.DnsNames.Add((string[])["localhost", "127.0.0.1", "::1"]);

        HostCertificates far = await proxy.Client.Join.JoinAsync(remote);
        JoinedHost near = await cluster.JoinAsync(SystemRole.Node, static r =>
        {
            r.DnsNames.Add((string[])["localhost", "127.0.0.1"]);
            // Not from a proxy, so it is not believed.
            r.RemoteAddr = "203.0.113.9:5555";
        });

        Assert.Empty(Ssh.Keys.SshCertificate.Parse(far.SshCertificate).Principals.Intersect(["localhost", "127.0.0.1", "::1"]));
        Assert.Contains("localhost", near.Ssh.Principals);
        Dictionary<string, string> addresses = (await cluster.EventsAsync("instance.join"))
            .ToDictionary(static e => e.GetProperty("host_id").GetString()!, static e => e.GetProperty("addr.remote").GetString()!);
        Assert.Equal("203.0.113.9:5555", addresses[remote.HostId]);
        Assert.StartsWith("127.0.0.1:", addresses[near.HostId], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renew_KeepsIdRoleAndNames()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost node = await cluster.JoinAsync(SystemRole.Node, static r => r.NodeName = "web-1");
        HostKeyPair keys = HostKeyPair.Generate();

        HostCertificates renewed = await node.Client.Join.RenewAsync(Renewal(keys, "extra.example.com"));

        HostIdentity identity = HostIdentityReader.FromSsh(Ssh.Keys.SshCertificate.Parse(renewed.SshCertificate));
        Assert.Equal((node.HostId, SystemRole.Node), (identity.HostId, identity.Role));
        Assert.Contains("web-1", identity.Principals);
        Assert.Contains("extra.example.com", identity.Principals);
        // The new key is known from now on.
        await cluster.JoinAsync(SystemRole.Node, r => r.HostId = node.HostId, keys);
    }

    [Fact]
    public async Task LocalOffer_IsGoodForTheEnabledRolesOfThisProcess()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        string token = cluster.Offer.JoinToken.Reveal();
        string ownId = (await File.ReadAllTextAsync(Path.Combine(cluster.Instance.DataDir, "host_uuid"), TestContext.Current.CancellationToken)).Trim();
        JoinedHost other = await cluster.JoinAsync(SystemRole.Node);

        await cluster.JoinAsync(SystemRole.Proxy, r => (r.Token, r.HostId) = (token, ownId));
        // Another role of the same process, with keys of its own.
        await cluster.JoinAsync(SystemRole.Node, r => (r.Token, r.HostId) = (token, ownId));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => cluster.JoinAsync(SystemRole.Kube, r => r.Token = token));
        await Refusal.OfAsync(ErrorCode.Conflict, () => cluster.JoinAsync(SystemRole.Node, r => (r.Token, r.HostId) = (token, other.HostId)));
    }

    [Fact]
    public async Task H31_Authority_IsToldToAnybodyAndFitsThePin()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();

        GetAuthorityResponse answer = await AuthClient.FetchAuthorityAsync(
            new AuthEndpoint(new Abstractions.Configuration.NetworkAddress("127.0.0.1", cluster.Offer.EndPoint.Port), AuthRoute.Direct, ""),
            TestContext.Current.CancellationToken);

        using var authority = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(answer.TlsCaCertificates[0]);
        Assert.Equal(cluster.Offer.CaPins[0], Pki.Authorities.CaPin.Of(authority));
        Assert.DoesNotContain("PRIVATE", answer.ToString(), StringComparison.Ordinal);
        Assert.False(authority.HasPrivateKey);
    }

    private static async Task<JoinRequest> RequestAsync(AuthCluster cluster, string name)
    {
        HostKeyPair keys = HostKeyPair.Generate();
        return new JoinRequest
        {
            HostId = Guid.NewGuid().ToString("D"),
            NodeName = name,
            Role = "Node",
            Token = await cluster.TokenAsync(SystemRole.Node),
            PublicSshKey = ByteString.CopyFrom(keys.Ssh.PublicKey.Blob.Span),
            PublicTlsKey = ByteString.CopyFrom(keys.TlsPublicKey),
        };
    }

    private static RenewRequest Renewal(HostKeyPair keys, params string[] names) => new()
    {
        PublicSshKey = ByteString.CopyFrom(keys.Ssh.PublicKey.Blob.Span), PublicTlsKey = ByteString.CopyFrom(keys.TlsPublicKey), DnsNames = { names },
    };
}
