using System.Text;

namespace Teleport.Ssh.Scp;

/// <summary>Lines, acknowledgements and file contents of the scp protocol over one stream.</summary>
internal sealed class ScpChannel(Stream stream)
{
    private const int BufferSize = 128 * 1024;
    private const int MaxLineLength = 4096 + 64;
    private const int MaxProblems = 100;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly List<string> _problems = [];
    private int _start;
    private int _end;

    public ScpResult Result => new(_problems);

    /// <summary>Notes a problem without telling the peer.</summary>
    public void Note(string problem)
    {
        if (_problems.Count < MaxProblems)
            _problems.Add(TextForPeople.Clean(problem));
    }

    /// <summary>Tells the peer of a problem and notes it.</summary>
    public async ValueTask ReportAsync(string problem, CancellationToken cancellationToken)
    {
        Note(problem);
        await WriteAsync($"\u0001scp: {TextForPeople.Clean(problem)}\n", cancellationToken);
    }

    public ValueTask AcknowledgeAsync(CancellationToken cancellationToken) => WriteAsync(new byte[1], cancellationToken);

    public ValueTask WriteAsync(string text, CancellationToken cancellationToken) => WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Waits for the peer's answer; false when it reports a problem with this file, which is noted.</summary>
    /// <exception cref="SshProtocolException">The peer gives up, closes the channel, or says something else.</exception>
    public async ValueTask<bool> ReadAcknowledgementAsync(CancellationToken cancellationToken)
    {
        int answer = await ReadByteAsync(cancellationToken);
        switch (answer)
        {
            case 0:
                return true;
            case 1 or 2:
                string problem = await ReadLineAsync(cancellationToken);
                Note(problem);
                return answer == 1 ? false : throw new SshProtocolException($"The peer of scp gives up: {TextForPeople.Clean(problem)}");
            case -1:
                throw new SshProtocolException("The peer of scp has closed the channel too early.");
            default:
                throw new SshProtocolException($"The peer of scp answered {answer}. Does the login script print text?");
        }
    }

    /// <summary>Reads a byte; -1 is the end.</summary>
    public async ValueTask<int> ReadByteAsync(CancellationToken cancellationToken) =>
        _start < _end || await FillAsync(cancellationToken) ? _buffer[_start++] : -1;

    /// <summary>Reads up to a line break, which is dropped.</summary>
    public async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        List<byte> line = [];
        while (await ReadByteAsync(cancellationToken) is var next && next != '\n')
        {
            if (next < 0 || line.Count == MaxLineLength)
                throw new SshProtocolException($"A line of the scp protocol is cut short or longer than {MaxLineLength} bytes.");
            line.Add((byte)next);
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. line]);
        }
        catch (DecoderFallbackException exception)
        {
            throw new SshProtocolException("A line of the scp protocol is not UTF-8.", exception);
        }
    }

    /// <summary>Reads what is there of the contents of a file, at most so many bytes; the memory is valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadContentsAsync(long atMost, CancellationToken cancellationToken)
    {
        if (_start == _end && !await FillAsync(cancellationToken))
            throw new SshProtocolException("The peer of scp has closed the channel within a file.");

        int count = (int)Math.Min(atMost, _end - _start);
        ReadOnlyMemory<byte> contents = _buffer.AsMemory(_start, count);
        _start += count;
        return contents;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellationToken);
        return _end > 0;
    }
}
