using Teleport.Abstractions.Configuration;

namespace Teleport.Node;

/// <summary>The section <c>ssh_service</c>.</summary>
public sealed record NodeOptions : IPluginOptions
{
    private const string ReservedPrefix = "teleport.internal/";

    /// <summary>Whether the role runs.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Where to listen; <c>null</c>: port 3022. Not opened when the node joins through a proxy, unless <see cref="ForceListen"/>.</summary>
    public NetworkAddress? ListenAddr { get; init; }

    /// <summary>Other addresses that the node is known by; the names become principals of its host certificate.</summary>
    public IReadOnlyList<NetworkAddress> PublicAddr { get; init; } = [];

    /// <summary>Static labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels that commands produce.</summary>
    public IReadOnlyList<CommandLabelOptions> Commands { get; init; } = [];

    /// <summary>Whether <c>~/.tsh/environment</c> is read.</summary>
    public bool PermitUserEnv { get; init; }

    /// <summary>Whether ports may be forwarded at all; roles may say no too.</summary>
    public bool PortForwarding { get; init; } = true;

    /// <summary>Whether files may be copied at all (scp, sftp, rsync); roles may say no too.</summary>
    public bool SshFileCopy { get; init; } = true;

    /// <summary>Whether to listen although the node is reached through a tunnel.</summary>
    public bool ForceListen { get; init; }

    /// <summary>Recording of commands, files and network use.</summary>
    public EnhancedRecordingOptions EnhancedRecording { get; init; } = new();

    /// <summary>The system's account checks.</summary>
    public PamOptions Pam { get; init; } = new();

    /// <summary>Forwarding of graphical programs.</summary>
    public X11Options X11 { get; init; } = new();

    /// <summary>Users are never created on the host by this version.</summary>
    [Legacy]
    public bool DisableCreateHostUser { get; init; }

    /// <inheritdoc/>
    public void Validate(OptionsValidation validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        if (ListenAddr is { } listen)
        {
            try
            {
                listen.ToListenEndPoint(NodeService.DefaultPort);
            }
            catch (FormatException e)
            {
                validation.AddError("listen_addr", e.Message);
            }
        }

        foreach (string key in Labels.Keys)
        {
            ValidateLabel(validation, "labels", key);
        }

        for (int i = 0; i < Commands.Count; i++)
        {
            ValidateLabel(validation, $"commands[{i}].name", Commands[i].Name);
            if (Commands[i].Command.Count == 0 || Commands[i].Command[0].Length == 0)
            {
                validation.AddError($"commands[{i}].command", "names no program: write it as a list, the program first, as [/bin/uname, -p]");
            }

            if (Commands.Take(i).Any(other => other.Name == Commands[i].Name))
            {
                validation.AddError($"commands[{i}].name", $"\"{Commands[i].Name}\" stands there twice");
            }
        }
    }

    private static void ValidateLabel(OptionsValidation validation, string key, string name)
    {
        if (name.Length is 0 or > 255 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/' or '*'))
        {
            validation.AddError(key, $"\"{name}\" cannot be the key of a label: letters, digits and - _ . : / * are allowed");
        }
        else if (name.StartsWith(ReservedPrefix, StringComparison.Ordinal))
        {
            validation.AddError(key, $"\"{name}\": labels that begin with {ReservedPrefix} are the system's own");
        }
    }
}
