using System.CommandLine;
using System.Text.Json.Nodes;
using Teleport.Api;
using Teleport.Api.Cluster.V1;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl status</c>.</summary>
internal sealed class StatusCommand : Command
{
    private readonly Option<string?> _format = Formats.Option();

    public StatusCommand(GlobalOptions globals)
        : base("status", "Show the cluster, its authorities and pins.")
    {
        Add(_format);
        SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat format = Formats.Of(parsed.GetValue(_format));
            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            GetStatusResponse status = await auth.Cluster.GetStatusAsync(new GetStatusRequest(), cancellationToken: cancellationToken);
            await Console.Out.WriteAsync(format == OutputFormat.Text ? Text(status) : Documents.FormatOne(Json(status), format));
            return 0;
        });
    }

    private static string Text(GetStatusResponse status)
    {
        IEnumerable<(string Name, string Value)> lines =
        [
            ("Cluster", status.ClusterName),
            ("Version", status.ServerVersion),
            .. status.Authorities.Select(static a => ($"{char.ToUpperInvariant(a.Type[0])}{a.Type[1..]} CA", a.Rotation)),
            .. status.CaPins.Select(static pin => ("CA pin", pin)),
        ];
        return string.Concat(lines.Select(static line => $"{line.Name.PadRight(8)} {Names.Printable(line.Value)}\n"));
    }

    private static JsonObject Json(GetStatusResponse status) => new()
    {
        ["cluster"] = status.ClusterName,
        ["version"] = status.ServerVersion,
        ["ca_pins"] = new JsonArray([.. status.CaPins.Select(static pin => (JsonNode)pin)]),
        ["authorities"] = new JsonArray([.. status.Authorities.Select(static a => (JsonNode)new JsonObject
        {
            ["type"] = a.Type, ["rotation"] = a.Rotation, ["fingerprints"] = new JsonArray([.. a.SshFingerprints.Select(static f => (JsonNode)f)]),
        })]),
    };
}
