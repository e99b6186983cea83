using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Cluster.V1;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Tests.Cluster;

namespace Teleport.Auth.Tests.Serving;

public sealed class PeerCertificateTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private AuthCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task H27_CertificateOfTheCluster_IsAccepted()
    {
        Forge forge = await Forge.OfAsync(Cluster);

        await PingAsync(forge.User("alice"));
        await PingAsync(forge.Host(SystemRole.Node));
    }

    [Fact]
    public async Task H27_AuthorityOfAnotherCluster_IsRefused()
    {
        Forge stranger = Forge.Stranger("other.example");
        Forge impostor = Forge.Stranger(AuthCluster.Name);

        await RefusedAsync(stranger.Host(SystemRole.Admin, clusterName: "other.example"));
        await RefusedAsync(stranger.User("alice", static i => i with { ClusterName = "other.example" }));
        await RefusedAsync(impostor.Host(SystemRole.Admin));
        await RefusedAsync(impostor.User("alice"));
    }

    [Fact]
    public async Task H27_OutOfTime_IsRefusedWithTheTimes()
    {
        Forge forge = await Forge.OfAsync(Cluster);

        TeleportException expired = await RefusedAsync(forge.User("alice", from: TimeSpan.FromHours(-2), until: TimeSpan.FromHours(-1)));
        await RefusedAsync(forge.Host(SystemRole.Admin, from: TimeSpan.FromHours(1), until: TimeSpan.FromHours(2)));

        Assert.Contains("valid from", expired.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H27_WrongUsage_IsRefused()
    {
        Forge forge = await Forge.OfAsync(Cluster);

        await RefusedAsync(forge.WrongUsage());
        await RefusedAsync(forge.User("alice", static i => i with { Usage = "kube" }));
        await RefusedAsync(forge.Authority);
    }

    [Fact]
    public async Task H27_HostSignedByUserAuthority_IsNeverAHost()
    {
        Forge forge = await Forge.OfAsync(Cluster);
        AuthClient client = Cluster.Client(forge.HostByUserAuthority(SystemRole.Admin));

        // To the API it is a user who is called like a host, and holds a role "Admin" that nobody has made.
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => client.Tokens.ListTokensAsync(new Api.Tokens.V1.ListTokensRequest()));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => client.Login.GetSettingsAsync(new Api.Login.V1.GetSettingsRequest()));
    }

    [Fact]
    public async Task H27_NoCertificate_MayOnlyAskForTheAuthorityAndJoin()
    {
        AuthClient anonymous = Cluster.Client(null);

        Assert.Equal(AuthCluster.Name, (await anonymous.Join.GetAuthorityAsync(new Api.Join.V1.GetAuthorityRequest())).ClusterName);
        await Refusal.OfAsync(ErrorCode.Unauthenticated, () => anonymous.Cluster.PingAsync(new PingRequest()));
    }

    [Fact]
    public async Task H27_MoreThanOneLeaf_IsRefused()
    {
        Forge forge = await Forge.OfAsync(Cluster);
        var authorities = new Startup.ClusterAuthorities(null!, AuthCluster.Name, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<Startup.ClusterAuthorities>.Instance);
        var verifier = new Auth.Serving.PeerVerifier(authorities, AuthCluster.Name);

        Auth.Serving.Peer peer = verifier.Verify(forge.User("alice"), [forge.User("bob")], "192.0.2.1:1");

        Assert.Null(peer.Caller);
        Assert.Contains("more than one", peer.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H12_WatchOfAnExpiringCertificate_EndsWithIt()
    {
        Forge forge = await Forge.OfAsync(Cluster);
        AuthClient client = Cluster.Client(forge.Host(SystemRole.Proxy, until: TimeSpan.FromSeconds(4)));
        using AsyncServerStreamingCall<WatchEvent> watch = client.Resources.Watch(new WatchRequest { Kinds = { ResourceKinds.Role } });
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        await Refusal.OfAsync(ErrorCode.Unauthenticated, async () =>
        {
            while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30)))
            {
            }
        });
    }

    [Theory]
    [InlineData("-tls1_1", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    public async Task H27_ProtocolVersion_IsAtLeastTls12(string version, bool accepted)
    {
        string output = await OpenSslAsync($"s_client -connect 127.0.0.1:{Cluster.Offer.EndPoint.Port} {version} -cipher DEFAULT@SECLEVEL=0 -alpn h2");

        Assert.Equal(accepted, output.Contains("Server certificate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task H27_SecondConnection_ResumesNoSession()
    {
        string output = await OpenSslAsync($"s_client -connect 127.0.0.1:{Cluster.Offer.EndPoint.Port} -tls1_2 -alpn h2 -reconnect");

        Assert.Contains("New, TLSv1.2", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Reused, TLSv1.2", output, StringComparison.Ordinal);
    }

    private async Task PingAsync(X509Certificate2 certificate) => await Cluster.Client(certificate).Cluster.PingAsync(new PingRequest());

    private async Task<TeleportException> RefusedAsync(X509Certificate2 certificate)
    {
        AuthClient client = Cluster.Client(certificate);
        await Refusal.OfAsync(ErrorCode.Unauthenticated, () => client.Join.GetAuthorityAsync(new Api.Join.V1.GetAuthorityRequest()));
        return await Refusal.OfAsync(ErrorCode.Unauthenticated, () => client.Cluster.PingAsync(new PingRequest()));
    }

    private static async Task<string> OpenSslAsync(string arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "The openssl command is not installed.");
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/openssl", arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return output + await error;
    }
}
