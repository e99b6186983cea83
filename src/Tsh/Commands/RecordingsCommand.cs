using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Commands;
using Teleport.Recordings;
using Teleport.Tsh.Playback;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh recordings ls</c> and <c>tsh recordings export</c>.</summary>
internal sealed class RecordingsCommand : Command
{
    private readonly LoginFinder _logins;

    public RecordingsCommand(LoginFinder logins)
        : base("recordings", "List and export recordings of sessions.")
    {
        _logins = logins;
        Add(new RecordingRange().Create(async (parsed, cancellationToken) => (await logins.RequireAsync(parsed, cancellationToken)).OpenAuth()));
        Add(Export());
    }

    private Command Export()
    {
        var session = new Argument<string>("session") { Description = "Session id." };
        var format = new Option<string>("--format", "-f") { DefaultValueFactory = static _ => "asciicast", Description = "asciicast or raw." };
        var output = new Option<string?>("--out", "-o") { Description = "File to write; else the standard output." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file." };
        var export = new Command("export", "Write a recording to a file.") { session, format, output, overwrite };
        export.Aliases.Add("download");
        export.SetAction(async (parsed, cancellationToken) =>
        {
            string kind = parsed.GetValue(format)!;
            if (kind is not ("asciicast" or "raw"))
            {
                throw TeleportException.Invalid($"--format is \"{kind}\": expected asciicast or raw.");
            }

            ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
            await using AuthClient auth = login.OpenAuth();
            await using Stream recording = await RecordingSource.DownloadAsync(auth, parsed.GetValue(session)!, kind, cancellationToken);
            string? path = parsed.GetValue(output);
            if (path is not null && File.Exists(path) && !parsed.GetValue(overwrite))
            {
                throw TeleportException.Conflict($"{path} exists already. Use --overwrite to replace it, or another name.");
            }

            await using Stream target = path is null ? Console.OpenStandardOutput() : new FileStream(
                path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            await (kind == "raw" ? recording.CopyToAsync(target, cancellationToken) : Asciicast.WriteAsync(new RecordingReader(recording), target, cancellationToken));
            return 0;
        });
        return export;
    }
}
