using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Teleport.Abstractions.Errors;

namespace Teleport.Proxy.WebApi;

/// <summary>Reads and writes JSON bodies.</summary>
internal static class JsonBody
{
    /// <summary>Reads the body. Only <c>application/json</c>: a form of another site can send nothing of that type.</summary>
    /// <exception cref="WebRequestException">Status 415: it is of another type.</exception>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is no such JSON.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? media)
            || !media.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (media.Charset.HasValue && !media.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            throw new WebRequestException(StatusCodes.Status415UnsupportedMediaType, "the body must be application/json");
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw TeleportException.Invalid("the body is null: expected a JSON object");
        }
        catch (JsonException e)
        {
            // Not the exception's own text, which quotes what was sent.
            throw new TeleportException(ErrorCode.Invalid, $"the body is not the expected JSON (at {e.Path ?? "$"}, line {e.LineNumber + 1})", e);
        }
    }

    public static Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, answer, type, context.RequestAborted);
    }
}
