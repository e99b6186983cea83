using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Client.Output;

namespace Teleport.Client.Requests;

/// <summary>Access requests as the auth service gives them.</summary>
public static class RequestCalls
{
    private const int PageSize = 200;

    /// <summary>Reads a request.</summary>
    public static AccessRequest Read(ResourceDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return (AccessRequest)ResourceJson.Deserialize(ResourceKinds.AccessRequest, document.Json.Span);
    }

    /// <summary>All requests that fit, newest first, with their documents.</summary>
    public static async Task<IReadOnlyList<ResourceDocument>> ListAsync(AuthClient auth, ListAccessRequestsRequest filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(auth);
        ArgumentNullException.ThrowIfNull(filter);
        var all = new List<ResourceDocument>();
        filter.PageSize = PageSize;
        do
        {
            ListAccessRequestsResponse page = await auth.AccessRequests.ListAsync(filter, cancellationToken: cancellationToken);
            all.AddRange(page.Requests);
            filter.PageToken = page.NextPageToken;
        }
        while (filter.PageToken.Length > 0);

        return all;
    }

    /// <summary>Requests in the format that was asked for.</summary>
    public static string Format(IReadOnlyList<ResourceDocument> documents, OutputFormat format) =>
        Documents.Format([.. documents.Select(static d => d.Json.Memory)], format);

    /// <summary>Reads <c>k=v,k=w</c>.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static IEnumerable<Annotation> Annotations(string? text)
    {
        var byKey = new Dictionary<string, Annotation>(StringComparer.Ordinal);
        foreach (string pair in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = pair.Split('=', 2);
            if (parts is not [{ Length: > 0 } key, var value])
            {
                throw TeleportException.Invalid($"--annotations: \"{pair}\" is no pair: write key=value,key=value.");
            }

            if (!byKey.TryGetValue(key, out Annotation? annotation))
            {
                byKey[key] = annotation = new Annotation { Key = key };
            }

            annotation.Values.Add(value);
        }

        return byKey.Values;
    }

    /// <summary>Reads a time as <c>2026-01-31T12:00:00Z</c>, in seconds since 1970; 0: none was given.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static long StartTime(string? text) =>
        text is null ? 0
        : DateTimeOffset.TryParse(
            text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.ToUnixTimeSeconds()
            : throw TeleportException.Invalid($"--assume-start-time is \"{text}\": expected a time as 2026-01-31T12:00:00Z.");

    /// <summary>What <c>--approve</c> and <c>--deny</c> say together: one of the two.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static AccessRequestState Decision(bool approve, bool deny) => (approve, deny) switch
    {
        (true, false) => AccessRequestState.Approved,
        (false, true) => AccessRequestState.Denied,
        _ => throw TeleportException.Invalid("Say --approve or --deny: one of the two."),
    };
}
