using System.CommandLine;

namespace Teleport.Host.Commands;

/// <summary><c>teleport status</c>: who is logged in, when typed in a session.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var command = new Command("status", "Prints who is logged in, inside a session.");
        command.SetAction(static parsed => Print(parsed.InvocationConfiguration.Output, Environment.GetEnvironmentVariable));
        return command;
    }

    private static void Print(TextWriter output, Func<string, string?> variable)
    {
        if (variable("SSH_TELEPORT_USER") is not { Length: > 0 } user)
        {
            output.WriteLine("You are not inside of a Teleport SSH session");
            return;
        }

        string cluster = variable("SSH_TELEPORT_CLUSTER_NAME") ?? "";
        string host = variable("SSH_TELEPORT_HOST_UUID") ?? "";
        string session = variable("SSH_SESSION_ID") ?? "";
        string login = variable("LOGNAME") ?? variable("USER") ?? "";
        output.WriteLine($"User ID     : {user}, logged in as {login} from {variable("SSH_CLIENT")}");
        output.WriteLine($"Cluster Name: {cluster}");
        output.WriteLine($"Host UUID   : {host}");
        output.WriteLine($"Session ID  : {session}");
        if (variable("SSH_SESSION_WEBPROXY_ADDR") is { Length: > 0 } proxy)
        {
            output.WriteLine($"Session URL : https://{proxy}/web/cluster/{cluster}/node/{host}/{login}/{session}");
        }
    }
}
