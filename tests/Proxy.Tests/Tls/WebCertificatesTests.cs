using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Teleport.Abstractions.Configuration;
using Teleport.Proxy.Configuration;
using Teleport.Proxy.Tests.Fixtures;
using Teleport.Proxy.Tls;

namespace Teleport.Proxy.Tests.Tls;

public sealed class WebCertificatesTests : IDisposable
{
    private static readonly string[] Names = ["proxy.example", "localhost", "127.0.0.1", "::1"];
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SelfSigned_FirstStart_IsGoodForItsNamesAndTrustedByItself()
    {
        WebCertificate pair = new SelfSignedPair(_folder.Root, Names, _time).LoadOrCreate(out bool isNew);

        Assert.True(isNew);
        Assert.True(pair.Certificate.HasPrivateKey);
        Assert.True(pair.Covers(Names));
        Assert.False(pair.Matches("evil.example"));
        foreach (string file in new[] { "webproxy_cert.pem", "webproxy_key.pem" })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.PathOf(file)));
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(pair.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        Assert.True(chain.Build(pair.Certificate), string.Join(", ", chain.ChainStatus.Select(static s => s.StatusInformation)));
        Assert.True(pair.Certificate.NotAfter - pair.Certificate.NotBefore < TimeSpan.FromDays(398));
    }

    [Fact]
    public void SelfSigned_Restart_IsTheSame()
    {
        WebCertificate first = new SelfSignedPair(_folder.Root, Names, _time).LoadOrCreate(out _);

        WebCertificate second = new SelfSignedPair(_folder.Root, Names, _time).LoadOrCreate(out bool isNew);

        Assert.False(isNew);
        Assert.Equal(first.Certificate.Thumbprint, second.Certificate.Thumbprint);
    }

    [Fact]
    public void SelfSigned_NewNameOrNearExpiryOrBroken_IsMadeAnew()
    {
        new SelfSignedPair(_folder.Root, Names, _time).LoadOrCreate(out _);

        new SelfSignedPair(_folder.Root, [.. Names, "alias.example"], _time).LoadOrCreate(out bool forName);
        _time.Advance(TimeSpan.FromDays(370));
        new SelfSignedPair(_folder.Root, Names, _time).LoadOrCreate(out bool forExpiry);
        _folder.Write("webproxy_cert.pem", "nonsense");
        new SelfSignedPair(_folder.Root, Names, _time).LoadOrCreate(out bool forNonsense);

        Assert.True(forName && forExpiry && forNonsense);
    }

    [Fact]
    public void Choose_SeveralPairs_BySniWithWildcardsElseTheFirst()
    {
        var certificates = new WebCertificates(
            new KeypairFiles([Pair("one", "proxy.example"), Pair("two", "*.apps.example"), Pair("three", "127.0.0.1")]),
            null, Timeout.InfiniteTimeSpan, _time, NullLogger.Instance);
        certificates.Load();

        Assert.EndsWith("one.crt", certificates.Choose("proxy.example").Source, StringComparison.Ordinal);
        Assert.EndsWith("two.crt", certificates.Choose("grafana.APPS.example").Source, StringComparison.Ordinal);
        Assert.EndsWith("one.crt", certificates.Choose("a.b.apps.example").Source, StringComparison.Ordinal);
        Assert.EndsWith("one.crt", certificates.Choose("apps.example").Source, StringComparison.Ordinal);
        Assert.EndsWith("three.crt", certificates.Choose("127.0.0.1").Source, StringComparison.Ordinal);
        Assert.EndsWith("one.crt", certificates.Choose(null).Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_FilesReplaced_AreReadAgainAndBrokenOnesAreNot()
    {
        HttpsKeypair pair = Pair("web", "proxy.example");
        var certificates = new WebCertificates(new KeypairFiles([pair]), null, TimeSpan.FromSeconds(30), _time, NullLogger.Instance);
        certificates.Load();
        using var stop = new CancellationTokenSource();
        Task watching = certificates.WatchAsync(static _ => { }, stop.Token);

        File.WriteAllText(pair.CertFile, "half a file");
        _time.Advance(TimeSpan.FromSeconds(30));
        await WaitAsync(() => true);
        Assert.True(certificates.Choose(null).Matches("proxy.example"));

        Pair("web", "renewed.example");
        await WaitAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            return certificates.Choose(null).Matches("renewed.example");
        });
        await stop.CancelAsync();
        await watching.WaitAsync(TestProxy.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Load_Stars_StandForTheSameInBothPaths()
    {
        foreach (string name in new[] { "a.example", "b.example" })
        {
            Directory.CreateDirectory(_folder.PathOf($"live/{name}"));
            HttpsKeypair pair = Pair($"live/{name}/file", name);
            File.Move(pair.CertFile, _folder.PathOf($"live/{name}/fullchain.pem"));
            File.Move(pair.KeyFile, _folder.PathOf($"live/{name}/privkey.pem"));
        }

        IReadOnlyList<WebCertificate> loaded = new KeypairFiles(
            [new HttpsKeypair { CertFile = _folder.PathOf("live/*.example/fullchain.pem"), KeyFile = _folder.PathOf("live/*.example/privkey.pem") }]).Load();

        Assert.Equal(2, loaded.Count);
        Assert.True(loaded[0].Matches("a.example") && loaded[1].Matches("b.example"));
    }

    [Fact]
    public void Load_MissingOrForeignKey_NamesTheKeyOfTheConfiguration()
    {
        HttpsKeypair good = Pair("good", "proxy.example");
        HttpsKeypair other = Pair("other", "proxy.example");

        OptionsException missing = Assert.Throws<OptionsException>(() => new KeypairFiles([good, good with { KeyFile = "/nonexistent/key.pem" }]).Load());
        OptionsException foreign = Assert.Throws<OptionsException>(() => new KeypairFiles([good with { KeyFile = other.KeyFile }]).Load());

        Assert.Equal("proxy_service.https_keypairs[1].key_file", missing.Key);
        Assert.Equal("proxy_service.https_keypairs[0]", foreign.Key);
    }

    [Fact]
    public void CipherSuites_UnknownName_IsAMistakeThatListsTheKnown() =>
        Assert.Contains("tls-ecdhe-rsa-with-aes-128-gcm-sha256", Assert.Throws<OptionsException>(() => TlsSettings.CipherSuites(["tls-null"])).Message, StringComparison.Ordinal);

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TestProxy.Patience);
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private HttpsKeypair Pair(string name, string host)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            alternatives.AddIpAddress(address);
        }
        else
        {
            alternatives.AddDnsName(host);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90));
        return new HttpsKeypair
        {
            CertFile = _folder.Write($"{name}.crt", certificate.ExportCertificatePem()),
            KeyFile = _folder.WriteSecret($"{name}.key", key.ExportPkcs8PrivateKeyPem()),
        };
    }
}
