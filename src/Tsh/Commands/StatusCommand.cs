using System.CommandLine;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Errors;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh status</c>.</summary>
internal sealed class StatusCommand : Command
{
    private readonly GlobalOptions _globals;
    private readonly Option<string?> _format = new("--format", "-f") { Description = "text, json or yaml." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show traits too." };

    public StatusCommand(GlobalOptions globals)
        : base("status", "Show who is logged in where, and until when.")
    {
        _globals = globals;
        Add(_format);
        Add(_verbose);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        OutputFormat format = Documents.ParseFormat(parsed.GetValue(_format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);
        StoredLogin[] logins = [.. (await ProfileStore.Default(Console.Error).ListAsync(cancellationToken)).Where(static login => login.Identity is not null)];
        if (_globals.Proxy(parsed) is { } proxy)
        {
            logins = [.. logins.Where(login => login.Profile.ProxyHost == proxy.Host)];
        }

        if (logins.Length == 0)
        {
            throw TeleportException.Unauthenticated("Not logged in. Log in with: tsh login --proxy=HOST:PORT");
        }

        bool verbose = parsed.GetValue(_verbose) || parsed.GetValue(_globals.Debug);
        JsonObject document = StatusText.ToJson(logins);
        await Console.Out.WriteAsync(format == OutputFormat.Text ? StatusText.Format(logins, verbose) : Documents.FormatOne(document, format));
        StoredLogin active = logins[0];
        return active.Identity!.IsExpired(TimeProvider.System)
            ? throw TeleportException.Unauthenticated($"Your login expired. Log in again with: tsh login --proxy={active.Profile.WebAddress.ToHostPort()} --user={active.Profile.User}")
            : 0;
    }
}
