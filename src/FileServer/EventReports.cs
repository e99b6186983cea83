using System.Buffers;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Teleport.Ssh.Sftp;

namespace Teleport.FileServer;

/// <summary>Reports what the client did to the node, for the audit log: a JSON object a line on descriptor 3 (docs/formats/file-events.md).</summary>
internal sealed class EventReports : IDisposable
{
    private const int Descriptor = 3;

    /// <summary>Longer paths are cut: the node takes lines of 16 KiB.</summary>
    private const int MaxPathLength = 4096;

    private readonly FileStream _reports = new(new SafeFileHandle(Descriptor, ownsHandle: true), FileAccess.Write, bufferSize: 0, isAsync: false);

    public void Write(SftpEvent happened)
    {
        if (Name(happened.Action) is not { } action)
        {
            return;
        }

        var line = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("action", action);
            json.WriteString("path", Cut(happened.Path));
            if (happened.Target is { } target)
            {
                json.WriteString("target_path", Cut(target));
            }

            if (happened.Status != SftpStatus.Ok)
            {
                json.WriteString("error", happened.Status.ToString());
            }

            json.WriteEndObject();
        }

        line.Write("\n"u8);
        _reports.Write(line.WrittenSpan);
    }

    public void Dispose() => _reports.Dispose();

    /// <summary>The name in the audit log; <c>null</c>: closing is none of its events.</summary>
    private static string? Name(SftpAction action) => action switch
    {
        SftpAction.Open => "open",
        SftpAction.OpenDirectory => "opendir",
        SftpAction.SetAttributes => "setstat",
        SftpAction.MakeDirectory => "mkdir",
        SftpAction.RemoveDirectory => "rmdir",
        SftpAction.Remove => "remove",
        SftpAction.Rename => "rename",
        SftpAction.SymbolicLink => "symlink",
        SftpAction.HardLink => "link",
        _ => null,
    };

    private static string Cut(string path) => path.Length <= MaxPathLength ? path : path[..MaxPathLength] + "...";
}
