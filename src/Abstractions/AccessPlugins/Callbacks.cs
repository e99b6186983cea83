namespace Teleport.Abstractions.AccessPlugins;

/// <summary>An HTTP request of the service at <c>https://PROXY/plugins/NAME/...</c>. Nothing in it is to be believed before it is verified.</summary>
public sealed record CallbackRequest
{
    /// <summary>The method, as <c>POST</c>.</summary>
    public required string Method { get; init; }

    /// <summary>What stands after <c>/plugins/NAME</c>, with its slash; without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The query, with its question mark; empty: none.</summary>
    public string Query { get; init; } = "";

    /// <summary>Headers by name, in any case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body, byte for byte; at most 1 MiB.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Where it came from, for the audit log.</summary>
    public string RemoteAddress { get; init; } = "";

    /// <summary>A header; empty: it is not there.</summary>
    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    /// <summary>The media type of the body, in lower case and without parameters.</summary>
    public string MediaType => Header("Content-Type").Split(';')[0].Trim().ToLowerInvariant();
}

/// <summary>Whether a callback is genuine.</summary>
public sealed record CallbackVerdict
{
    private CallbackVerdict(string? rejection, string deliveryId) => (Rejection, DeliveryId) = (rejection, deliveryId);

    /// <summary>Why it is not, as <c>bad_signature</c>; <c>null</c>: it is.</summary>
    public string? Rejection { get; }

    /// <summary>Id of the delivery: the same when it is replayed.</summary>
    public string DeliveryId { get; }

    /// <summary>It is genuine.</summary>
    /// <param name="deliveryId">The same when it is replayed; at most 256 characters.</param>
    public static CallbackVerdict Accept(string deliveryId)
    {
        ArgumentException.ThrowIfNullOrEmpty(deliveryId);
        return new CallbackVerdict(null, deliveryId);
    }

    /// <summary>It is not.</summary>
    /// <param name="reason">For operators, as <c>bad_signature</c>.</param>
    public static CallbackVerdict Reject(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new CallbackVerdict(reason, "");
    }
}

/// <summary>What a callback is answered, and what follows.</summary>
public sealed record CallbackAnswer
{
    /// <summary>Status of the answer.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Media type of the answer.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>The answer.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Runs after the answer was sent: reads what happened, by calls of the service if need be. <c>null</c>: nothing follows.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<ReviewClick>>>? Then { get; init; }

    /// <summary>An answer without a body, after which nothing follows.</summary>
    public static CallbackAnswer Of(int status) => new() { Status = status };

    /// <summary>An empty success, after which clicks are judged.</summary>
    public static CallbackAnswer Clicked(params IReadOnlyList<ReviewClick> clicks) => new() { Then = _ => Task.FromResult(clicks) };
}
