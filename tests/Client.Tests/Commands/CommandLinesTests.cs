using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Client.Commands;

namespace Teleport.Client.Tests.Commands;

public sealed class CommandLinesTests : IDisposable
{
    private readonly Option<bool> _debug = new("--debug", "-d") { Recursive = true };
    private readonly Option<bool> _verbose = new("--verbose", "-v");
    private readonly StringWriter _error = new();

    public void Dispose() => _error.Dispose();

    [Fact]
    public async Task Run_Success_IsSilent()
    {
        Assert.Equal(7, await RunAsync(static () => 7, "go"));
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task H24_Failure_IsALineWithoutControlCharacters()
    {
        Assert.Equal(1, await RunAsync(static () => throw TeleportException.NotFound("no \u001b[2Jsuch\u202e thing\nsecond line"), "go"));
        Assert.Equal("error: no [2Jsuch thing\nsecond line\n", _error.ToString());
    }

    [Fact]
    public async Task Run_FailureWithAStatus_HasIt() =>
        Assert.Equal(255, await RunAsync(static () => throw new CommandFailedException(TeleportException.Unavailable("gone"), 255), "go"));

    [Fact]
    public async Task Run_Defect_ShowsNoStackUnlessAskedTo()
    {
        Assert.Equal(1, await RunAsync(static () => throw new InvalidOperationException("odd"), "go"));
        Assert.Contains("odd (this looks like a defect", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _error.ToString(), StringComparison.Ordinal);
        await RunAsync(static () => throw new InvalidOperationException("odd"), "go", "-d");
        Assert.Contains("   at ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ReaderOfTheOutputGone_EndsQuietly()
    {
        const int BrokenPipe = 32;
        Assert.Equal(141, await RunAsync(static () => throw new IOException("Broken pipe", BrokenPipe), "go"));
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task Run_Cancelled_IsAnInterrupt() => Assert.Equal(130, await RunAsync(static () => throw new OperationCanceledException(), "go"));

    [Theory]
    [InlineData("nosuch", "error: expected command but got \"nosuch\"\n")]
    [InlineData("g", "error: expected command but got \"g\". Did you mean go?\n")]
    [InlineData("go --verbos", "error: unknown long flag '--verbos'. Did you mean --verbose?\n")]
    [InlineData("go -x", "error: unknown short flag '-x'\n")]
    [InlineData("go extra", "error: unexpected argument \"extra\"\n")]
    [InlineData("go --old=1", "error: --old is not supported: it is gone\n")]
    [InlineData("go --old", "error: --old is not supported: it is gone\n")]
    public async Task Run_Misused_SaysOneSentence(string typed, string expected)
    {
        Assert.Equal(1, await RunAsync(static () => 0, typed.Split(' ')));
        Assert.Equal(expected, _error.ToString());
    }

    [Theory]
    [InlineData("go --verbose", true)]
    [InlineData("go --verbose --no-verbose", false)]
    [InlineData("go --no-verbose", false)]
    [InlineData("go --verbose=false", false)]
    public void Parse_Switch_MayBeNegated(string typed, bool expected) => Assert.Equal(expected, CommandLines.Parse(Root(static () => 0), typed.Split(' ')).GetValue(_verbose));

    [Theory]
    [InlineData("help go")]
    [InlineData("go --help")]
    [InlineData("help")]
    public void Parse_Help_IsNoMistake(string typed) => Assert.Null(CommandLines.Mistake(CommandLines.Parse(Root(static () => 0), typed.Split(' '))));

    private Task<int> RunAsync(Func<int> action, params string[] args) => CommandLines.RunAsync(Root(action), args, _debug, _error);

    private RootCommand Root(Func<int> action)
    {
        var go = new Command("go") { _verbose, RefusedOption.Create("it is gone", "--old") };
        go.SetAction((_, _) => Task.FromResult(action()));
        return new RootCommand { go, _debug };
    }
}
