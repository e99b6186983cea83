using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Teleport.Abstractions.AccessPlugins;

/// <summary>Reads answers of a service so that each failure says what it means.</summary>
public static class HttpAnswers
{
    private const int MaxShown = 300;

    /// <summary>Throws unless the answer is a success.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="call">The call, for messages, as <c>POST issue</c>; no secrets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AccessPluginException">404 and 410: gone; else: refused, with what the service says.</exception>
    public static async Task RequireSuccessAsync(this HttpResponseMessage response, string call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (!response.IsSuccessStatusCode)
        {
            string said = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new AccessPluginException(
                response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone ? AccessPluginFailure.Gone : AccessPluginFailure.Refused,
                $"{call} was answered {(int)response.StatusCode}{(said.Length == 0 ? "" : $": {OneLine(said)}")}.");
        }
    }

    /// <summary>Reads a successful answer of JSON.</summary>
    /// <exception cref="AccessPluginException">It is no success, no JSON, or lacks something.</exception>
    public static async Task<T> ReadJsonAsync<T>(this HttpResponseMessage response, string call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        await response.RequireSuccessAsync(call, cancellationToken);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            string media = response.Content.Headers.ContentType?.MediaType ?? "no media type";
            throw new AccessPluginException(
                AccessPluginFailure.Uncertain, $"{call} was answered with something that is not the JSON expected ({media}): {OneLine(e.Message)} Is the address right?", null, e);
        }
    }

    private static string OneLine(string text)
    {
        string line = string.Concat(text.Take(MaxShown).Select(static c => char.IsControl(c) ? ' ' : c)).Trim();
        return text.Length > MaxShown ? line + "…" : line;
    }
}
