using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;

namespace Teleport.Delivery.Services;

/// <summary>Makes the HTTP client of a plugin. What waits longer than a call may last is left to the queue of requests, which knows what to repeat.</summary>
internal static class ServiceHttp
{
    private const int MaxRetries = 3;
    private const int MaxCallsAtOnce = 16;
    private const int MaxCallsWaiting = 256;
    private static readonly TimeSpan LongestInnerWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TotalLimit = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(5);

    /// <param name="plugin">The instance, for measuring.</param>
    /// <param name="transport">What sends; <c>null</c>: the network.</param>
    /// <param name="time">The clock.</param>
    /// <param name="health">Told of every call.</param>
    public static HttpClient Create(string plugin, HttpMessageHandler? transport, TimeProvider time, PluginHealth health)
    {
        HttpMessageHandler network = transport ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = MaxCallsAtOnce,
            AutomaticDecompression = DecompressionMethods.None,
        };
        var bounded = new BoundedHandler { InnerHandler = network };
        var resilient = new ResilienceHandler(Pipeline(time)) { InnerHandler = bounded };
        return new HttpClient(new FailureHandler(plugin, time, health) { InnerHandler = resilient })
        {
            // The pipeline limits time, and names what took it.
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { { "User-Agent", "teleport-access-plugin" } },
        };
    }

    private static ResiliencePipeline<HttpResponseMessage> Pipeline(TimeProvider time) => new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
        .AddTimeout(TotalLimit)
        .AddRateLimiter(new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = MaxCallsAtOnce, QueueLimit = MaxCallsWaiting }))
        .AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromSeconds(0.5),
            MaxDelay = LongestInnerWait,
            ShouldHandle = static arguments => ValueTask.FromResult(MayRepeat(arguments)),
        })
        .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
        {
            SamplingDuration = TimeSpan.FromSeconds(30),
            MinimumThroughput = 8,
            FailureRatio = 0.9,
            BreakDuration = Break,
            ShouldHandle = static arguments => ValueTask.FromResult(IsOutage(arguments.Outcome)),
        })
        .AddTimeout(AttemptLimit)
        .Build();

    // What was certainly not done may be repeated, and so may what does no harm when done twice. A POST that may have been done is not:
    // whoever called looks for what it made first.
    private static bool MayRepeat(RetryPredicateArguments<HttpResponseMessage> arguments)
    {
        if (arguments.Outcome.Result is { } response)
        {
            bool soon = RetryAfter.Of(response, DateTimeOffset.MinValue) is not { } wait || wait <= LongestInnerWait;
            return soon && (response.StatusCode switch
            {
                HttpStatusCode.TooManyRequests => true,
                HttpStatusCode.RequestTimeout or (HttpStatusCode)425 or >= HttpStatusCode.InternalServerError => IsHarmlessTwice(response.RequestMessage?.Method),
                _ => false,
            });
        }

        return arguments.Outcome.Exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } => true,
            HttpRequestException { InnerException: SocketException } => true,
            _ => false,
        };
    }

    private static bool IsOutage(Outcome<HttpResponseMessage> outcome) => outcome.Exception is HttpRequestException or Polly.Timeout.TimeoutRejectedException
        || outcome.Result?.StatusCode is >= HttpStatusCode.InternalServerError;

    private static bool IsHarmlessTwice(HttpMethod? method) =>
        method == HttpMethod.Get || method == HttpMethod.Put || method == HttpMethod.Delete || method == HttpMethod.Head;
}
