using Microsoft.Win32.SafeHandles;

namespace Teleport.Node.Processes;

/// <summary>A started program with the node's ends of what it was given.</summary>
/// <remarks>Whoever started it disposes it.</remarks>
internal sealed class SpawnedProcess(ChildProcess process, Descriptor control) : IDisposable
{
    private const int MaxErrorBytes = 4096;

    public ChildProcess Process => process;

    /// <summary>Where the program reads; without a terminal only.</summary>
    public Descriptor? Input { get; init; }

    /// <summary>What the program prints; without a terminal only.</summary>
    public Descriptor? Output { get; init; }

    /// <summary>What the program prints of errors; without a terminal only.</summary>
    public Descriptor? Errors { get; init; }

    /// <summary>Events of a program of ours.</summary>
    public Descriptor? Events { get; init; }

    /// <summary>Sends the request and waits until the helper has become the program.</summary>
    /// <returns>Why it did not, in words for the user; <c>null</c>: it did.</returns>
    public async Task<string?> StartAsync(ReadOnlyMemory<byte> request)
    {
        if (!await control.WriteAsync(request))
        {
            await process.Exited;
            return "the helper ended before it took the request";
        }

        var error = new byte[MaxErrorBytes];
        int length = 0;
        while (length < error.Length && await control.ReadAsync(error.AsMemory(length)) is > 0 and var count)
        {
            length += count;
        }

        // The program's ends are the program's alone now; ours of the control pair has served.
        control.Dispose();
        return length == 0 ? null : System.Text.Encoding.UTF8.GetString(error, 0, length);
    }

    /// <summary>Waits for a descriptor that the helper hands over.</summary>
    public async Task<(SafeFileHandle? Received, string? Error)> ReceiveAsync(ReadOnlyMemory<byte> request)
    {
        if (!await control.WriteAsync(request))
        {
            return (null, "the helper ended before it took the request");
        }

        var error = new byte[MaxErrorBytes];
        while (true)
        {
            await control.WaitReadableAsync();
            (SafeFileHandle? received, int? count) = ReceivedDescriptor.TryReceive(control.Handle, error);
            if (received is not null)
            {
                return (received, null);
            }

            if (count is { } length)
            {
                return (null, length == 0 ? "the helper ended without an answer" : System.Text.Encoding.UTF8.GetString(error, 0, length));
            }
        }
    }

    public void Dispose()
    {
        control.Dispose();
        Input?.Dispose();
        Output?.Dispose();
        Errors?.Dispose();
        Events?.Dispose();
        process.Dispose();
    }
}
