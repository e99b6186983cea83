using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy.Web;

/// <summary>How often one client address may call. The address is the connection's own: no header can change it.</summary>
internal static class WebRateLimits
{
    /// <summary>For routes that check a secret: passwords, codes, tokens.</summary>
    public const string Guessable = "guessable";

    /// <summary>Guesses at once, and how many come back each minute.</summary>
    public const int GuessesAtOnce = 60;

    private const int RequestsAtOnce = 300;
    private const int RequestsPerSecond = 50;

    public static void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = static (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "60";
            return new ValueTask(WebErrors.WriteAsync(
                context.HttpContext, StatusCodes.Status429TooManyRequests, "too many requests from your address: wait a minute and try again"));
        };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, ClientNetwork>(
            static context => RateLimitPartition.GetTokenBucketLimiter(Client(context), static _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = RequestsAtOnce,
                TokensPerPeriod = RequestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
        options.AddPolicy(Guessable, static context => RateLimitPartition.GetTokenBucketLimiter(Client(context), static _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = GuessesAtOnce,
            TokensPerPeriod = GuessesAtOnce,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1),
            QueueLimit = 0,
        }));
    }

    private static ClientNetwork Client(HttpContext context) => new(context.Connection.RemoteIpAddress!);
}
