using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;

namespace Teleport.Proxy.Tls;

/// <summary>The certificates of the web address. Swapped whole when files change or the self-signed one nears its end.</summary>
internal sealed partial class WebCertificates
{
    private static readonly TimeSpan LastDays = TimeSpan.FromDays(30);
    private readonly KeypairFiles? _files;
    private readonly SelfSignedPair? _selfSigned;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile IReadOnlyList<WebCertificate> _current = [];

    public WebCertificates(KeypairFiles? files, SelfSignedPair? selfSigned, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (_files, _selfSigned, _interval, _time, _logger) = (files, selfSigned, interval, time, logger);
    }

    /// <summary>Whether the administrator chose certificates, so that browsers can be expected to trust them.</summary>
    public bool AreConfigured => _files is not null;

    /// <summary>Reads or makes the certificates.</summary>
    public void Load()
    {
        if (_files is not null)
        {
            _current = _files.Load();
            WarnOfExpiry();
        }
        else
        {
            WebCertificate pair = _selfSigned!.LoadOrCreate(out bool isNew);
            _current = [pair];
            if (isNew)
            {
                LogSelfSigned(pair.Source);
            }
        }
    }

    /// <summary>The certificate for a name: the first that is good for it, else the first of all.</summary>
    public WebCertificate Choose(string? serverName)
    {
        IReadOnlyList<WebCertificate> current = _current;
        return (serverName is null ? null : current.FirstOrDefault(c => c.Matches(serverName))) ?? current[0];
    }

    /// <summary>A sentence for <c>/readyz</c> when a configured certificate has expired; <c>null</c>: all is well.</summary>
    public string? Problem()
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        WebCertificate? expired = _current.FirstOrDefault(c => c.Certificate.NotAfter.ToUniversalTime() < now);
        return expired is null ? null : $"the web certificate {expired.Source} expired on {expired.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}: renew it";
    }

    /// <summary>Looks for changes and expiry until told to stop.</summary>
    /// <param name="report">Told of a new problem, and by <c>null</c> that it is mended.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public async Task WatchAsync(Action<string?> report, CancellationToken cancellationToken)
    {
        if (_interval == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        string? problem = null;
        using var timer = new PeriodicTimer(_interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Refresh();
                if (Problem() is var now && now != problem)
                {
                    report(problem = now);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private void Refresh()
    {
        try
        {
            if (_files?.HaveChanged() == true || (_selfSigned is not null && _selfSigned.NeedsRenewal(_current[0])))
            {
                Load();
                LogReloaded(string.Join(", ", _current.Select(static c => c.Source)));
            }
        }
        catch (Exception e) when (e is OptionsException or IOException or UnauthorizedAccessException)
        {
            // The old ones stay in use: a half-written file must not take the proxy down.
            LogReloadFailed(e.Message);
        }
    }

    private void WarnOfExpiry()
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        foreach (WebCertificate certificate in _current)
        {
            if (certificate.Certificate.NotAfter.ToUniversalTime() - LastDays < now)
            {
                LogExpiring(certificate.Source, certificate.Certificate.NotAfter.ToUniversalTime());
            }
        }
    }

    [LoggerMessage(3010, LogLevel.Information, "Made a self-signed certificate for the web address: {File}. Browsers and tsh will ask before they trust it; configure proxy_service.https_keypairs for one that they know.")]
    private partial void LogSelfSigned(string file);

    [LoggerMessage(3011, LogLevel.Information, "Read the web certificates again: {Files}.")]
    private partial void LogReloaded(string files);

    [LoggerMessage(3012, LogLevel.Warning, "The changed web certificates cannot be used, the earlier ones stay in use: {Reason}")]
    private partial void LogReloadFailed(string reason);

    [LoggerMessage(3013, LogLevel.Warning, "The web certificate {File} expires on {Expiry}. Renew it; the file is read again by itself.")]
    private partial void LogExpiring(string file, DateTime expiry);
}
