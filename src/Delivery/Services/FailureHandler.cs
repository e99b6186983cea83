using System.Net;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.Delivery.Services;

/// <summary>Says of each failed call what it means, leaves a service alone for as long as it asks, and measures.</summary>
internal sealed class FailureHandler(string plugin, TimeProvider time, PluginHealth health) : DelegatingHandler
{
    private readonly Lock _gate = new();
    private DateTimeOffset _silentUntil;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequireSpeech();
        long started = time.GetTimestamp();
        // The path of some services is a secret, so only the host is named.
        string call = $"{request.Method} to {request.RequestUri?.Host}";
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
            AccessPluginException? failure = FailureOf(call, response);
            Measure(request, failure is null ? "ok" : failure.Failure.ToString(), started);
            return failure is null ? response : throw failure;
        }
        catch (AccessPluginException)
        {
            response?.Dispose();
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // The boundary to the network and the pipeline: each failure is given its meaning.
            AccessPluginException failure = FailureOf(call, e);
            Measure(request, failure.Failure.ToString(), started);
            throw failure;
        }
    }

    private void RequireSpeech()
    {
        TimeSpan left;
        lock (_gate)
        {
            left = _silentUntil - time.GetUtcNow();
        }

        if (left > TimeSpan.Zero)
        {
            throw new AccessPluginException(AccessPluginFailure.Unavailable, $"The service asked to be left alone for another {left.TotalSeconds:0} s.", left);
        }
    }

    private AccessPluginException? FailureOf(string call, HttpResponseMessage response)
    {
        TimeSpan? wait = RetryAfter.Of(response, time.GetUtcNow());
        int status = (int)response.StatusCode;
        switch (response.StatusCode)
        {
            case HttpStatusCode.TooManyRequests:
                BeSilent(wait ?? TimeSpan.FromSeconds(1));
                return new AccessPluginException(AccessPluginFailure.Unavailable, $"{call}: the service says that there are too many calls (429).", wait ?? TimeSpan.FromSeconds(1));
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return new AccessPluginException(AccessPluginFailure.Unauthorized, $"{call}: the service refuses the credentials ({status}).");
            case HttpStatusCode.ServiceUnavailable:
                if (wait is { } told)
                {
                    BeSilent(told);
                }

                return new AccessPluginException(AccessPluginFailure.Uncertain, $"{call}: the service is not available ({status}).", wait);
            case HttpStatusCode.RequestTimeout or (HttpStatusCode)425 or >= HttpStatusCode.InternalServerError:
                return new AccessPluginException(AccessPluginFailure.Uncertain, $"{call}: the service failed ({status}).", wait);
            case >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest:
                return new AccessPluginException(AccessPluginFailure.Refused, $"{call}: the service redirects ({status}), which is not followed: correct its address.");
            default:
                return null;
        }
    }

    private static AccessPluginException FailureOf(string call, Exception e) => e switch
    {
        BrokenCircuitException broken => new AccessPluginException(
            AccessPluginFailure.Unavailable, $"{call}: the service has failed again and again and is left alone for a moment.", broken.RetryAfter, e),
        RateLimiterRejectedException => new AccessPluginException(AccessPluginFailure.Unavailable, $"{call}: too many calls wait already.", TimeSpan.FromSeconds(1), e),
        TimeoutRejectedException limit => new AccessPluginException(AccessPluginFailure.Uncertain, $"{call}: no answer within {limit.Timeout.TotalSeconds:0} s.", null, e),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } => new AccessPluginException(
            AccessPluginFailure.Unavailable, $"{call}: cannot connect: {Innermost(e)}", null, e),
        _ => new AccessPluginException(AccessPluginFailure.Uncertain, $"{call}: {Innermost(e)}", null, e),
    };

    private void BeSilent(TimeSpan wait)
    {
        lock (_gate)
        {
            DateTimeOffset until = time.GetUtcNow() + wait;
            _silentUntil = until > _silentUntil ? until : _silentUntil;
        }
    }

    private void Measure(HttpRequestMessage request, string outcome, long started)
    {
        DeliveryMetrics.Calls.Record(
            time.GetElapsedTime(started).TotalSeconds,
            new KeyValuePair<string, object?>("plugin", plugin),
            new KeyValuePair<string, object?>("method", request.Method.Method),
            new KeyValuePair<string, object?>("outcome", outcome));
        health.Heard(outcome == "ok");
    }

    private static string Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e.Message;
}
