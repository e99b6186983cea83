using System.Text;
using Teleport.Node.Processes;

namespace Teleport.Node.Tests.Processes;

/// <summary>Somebody at a terminal: types, and waits for what must appear.</summary>
internal sealed class TerminalUser : IDisposable
{
    private readonly PseudoTerminal _terminal;
    private readonly SpawnedProcess _process;
    private readonly StringBuilder _screen = new();
    private readonly byte[] _buffer = new byte[4096];

    private TerminalUser(PseudoTerminal terminal, SpawnedProcess process) => (_terminal, _process) = (terminal, process);

    public ChildProcess Process => _process.Process;

    public string Screen => _screen.ToString();

    public static async Task<TerminalUser> StartAsync(SpawnFixture fixture, Func<PseudoTerminal, ProcessStart> start)
    {
        var terminal = PseudoTerminal.Open(fixture.Loop, new TerminalSize(80, 24, 0, 0), []);
        ProcessStart what = start(terminal);
        SpawnedProcess process = fixture.Spawner.Start(what);
        Assert.Null(await process.StartAsync(SpawnRequest.Of(what)));
        return new TerminalUser(terminal, process);
    }

    public void Resize(uint columns, uint rows) => _terminal.Resize(new TerminalSize(columns, rows, 0, 0));

    public async Task TypeAsync(string keys) => Assert.True(await _terminal.Controller.WriteAsync(Encoding.UTF8.GetBytes(keys)));

    /// <summary>Waits until a text has appeared since the last one that was waited for.</summary>
    public async Task<string> ExpectAsync(string text)
    {
        using var limit = new CancellationTokenSource(SpawnFixture.Limit);
        using CancellationTokenRegistration giveUp = limit.Token.Register(Process.HangUp);
        while (true)
        {
            string screen = _screen.ToString();
            int place = screen.IndexOf(text, StringComparison.Ordinal);
            if (place >= 0)
            {
                _screen.Remove(0, place + text.Length);
                return screen[..(place + text.Length)];
            }

            int count = await _terminal.Controller.ReadAsync(_buffer);
            Assert.True(count > 0, $"The terminal ended without showing \"{text}\". It shows: {screen}");
            _screen.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        }
    }

    public async Task<string> ReadToEndAsync()
    {
        while (await _terminal.Controller.ReadAsync(_buffer).AsTask().WaitAsync(SpawnFixture.Limit) is > 0 and var count)
        {
            _screen.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        }

        return _screen.ToString();
    }

    /// <summary>Takes the terminal away, as a lost connection does.</summary>
    public void HangUp()
    {
        Process.HangUp();
        _terminal.Dispose();
    }

    public void Dispose()
    {
        _process.Dispose();
        _terminal.Dispose();
    }
}
