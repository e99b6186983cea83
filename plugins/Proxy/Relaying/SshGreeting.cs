using Teleport.Abstractions.Errors;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy.Relaying;

/// <summary>Looks at the first bytes of a server before anything of the client reaches it.</summary>
/// <remarks>
/// A proxy that forwards bytes to whatever answers can be made to talk to databases and metadata services. SSH servers speak first and
/// say what they are; everything else is silent or is refused here.
/// </remarks>
internal static class SshGreeting
{
    private const int MaxBytes = 255;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static ReadOnlySpan<byte> Ssh => "SSH-2.0-"u8;

    private static ReadOnlySpan<byte> Ours => "SSH-2.0-Teleport"u8;

    /// <summary>Reads the greeting.</summary>
    /// <param name="server">The server.</param>
    /// <param name="name">What it is called, for the error.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The bytes read, which belong to the client, and whether the server is a node that wants to know the client's address.</returns>
    /// <exception cref="TeleportException">Code <c>unavailable</c>: it is no SSH server.</exception>
    public static async Task<(byte[] Bytes, bool IsOurs)> ReadAsync(Stream server, string name, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        byte[] buffer = new byte[MaxBytes];
        int count = 0;
        try
        {
            while (true)
            {
                int read = await server.ReadAsync(buffer.AsMemory(count), timeout.Token);
                count += read;
                ParseStatus status = read == 0 ? ParseStatus.Invalid : Judge(buffer.AsSpan(0, count));
                if (status == ParseStatus.Complete)
                {
                    return (buffer[..count], buffer.AsSpan(0, count).StartsWith(Ours));
                }

                if (status == ParseStatus.Invalid)
                {
                    string what = count == 0 ? "closed the connection without a word" : "does not speak SSH";
                    throw TeleportException.Unavailable($"the server at {name} {what}");
                }
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw TeleportException.Unavailable($"the server at {name} said nothing for {Timeout.TotalSeconds:0} s: it is no SSH server, or overloaded", e);
        }
        catch (IOException e)
        {
            throw TeleportException.Unavailable($"the connection to {name} was lost: {e.Message}", e);
        }
    }

    private static ParseStatus Judge(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Ssh[..Math.Min(Ssh.Length, bytes.Length)]))
        {
            return ParseStatus.Invalid;
        }

        // Enough to know whether it is one of ours, which need not be the whole line.
        return bytes.Length >= Ours.Length || bytes.Contains((byte)'\n') ? ParseStatus.Complete : ParseStatus.Incomplete;
    }
}
