using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Teleport.Ssh;

namespace Teleport.Proxy.Tests.Fixtures;

/// <summary>Reads text of channels, with patience that ends.</summary>
internal static class ChannelText
{
    /// <summary>Reads until the text ends with what is wanted.</summary>
    public static async Task<string> ReadUntilAsync(this PipeReader reader, string end)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestProxy.Patience);
        var text = new StringBuilder();
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            ReadResult result = await reader.ReadAsync(limit.Token);
            text.Append(Encoding.UTF8.GetString(result.Buffer.ToArray()));
            reader.AdvanceTo(result.Buffer.End);
            Assert.False(result.IsCompleted && !text.ToString().EndsWith(end, StringComparison.Ordinal), $"It ended with: {text}");
        }

        return text.ToString();
    }

    /// <summary>Reads to the end.</summary>
    public static async Task<string> ReadToEndAsync(this PipeReader reader)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestProxy.Patience);
        var bytes = new ArrayBufferWriter<byte>();
        while (true)
        {
            ReadResult result = await reader.ReadAsync(limit.Token);
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                bytes.Write(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return Encoding.UTF8.GetString(bytes.WrittenSpan);
            }
        }
    }

    public static async Task WriteAsync(this SshChannel channel, string text) =>
        await channel.Output.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
}
