using Teleport.Node.Processes;
using Teleport.Ssh.Messages;

namespace Teleport.Node.Sessions;

/// <summary>What a client has asked of a session channel so far.</summary>
internal sealed class SessionRequest
{
    private const int MaxTermLength = 64;

    public ClientEnvironment Client { get; } = new();

    /// <summary>The terminal that was asked for; <c>null</c>: none.</summary>
    public PtyRequest? Terminal { get; set; }

    /// <summary>Its latest size.</summary>
    public TerminalSize Size { get; set; }

    /// <summary>The command line; <c>null</c>: a shell.</summary>
    public string? Command { get; set; }

    /// <summary>Value of TERM: what is no name of a terminal becomes one that has nothing special.</summary>
    public string Term => Terminal is { Term: { Length: > 0 and <= MaxTermLength } term } && term.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '+' or '.')
        ? term
        : "dumb";
}
