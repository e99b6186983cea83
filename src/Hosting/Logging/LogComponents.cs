namespace Teleport.Hosting.Logging;

/// <summary>Who speaks in a log line: <c>Teleport.Node.Sessions.X</c> is <c>NODE</c>, the host itself <c>PROC</c>.</summary>
internal static class LogComponents
{
    public static string Of(string category)
    {
        string[] parts = category.Split('.');
        return parts is ["Teleport", "Hosting" or "Host", ..] ? "PROC"
            : parts is ["Teleport", "Storage" or "Audit" or "Recordings" or "Connectors" or "AccessPlugins", var name, ..] ? name.ToUpperInvariant()
            : parts is ["Teleport", var room, ..] ? room.ToUpperInvariant()
            : parts is ["Microsoft", "AspNetCore", ..] ? "WEB"
            : parts[^1].ToUpperInvariant();
    }
}
