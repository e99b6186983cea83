namespace Teleport.Testing.AccessPlugins;

/// <summary>Stands in for the service that an access plugin talks to. It checks what the real one checks, and fails as it is told.</summary>
public interface IServiceDouble : IAsyncDisposable
{
    /// <summary>What people see now, without what was removed, oldest first; replies are in their messages.</summary>
    IReadOnlyList<ShownMessage> Messages { get; }

    /// <summary>How many calls arrived, whatever became of them.</summary>
    int Calls { get; }

    /// <summary>What the plugin did that the real service would not put up with: too many calls, fields that are missing. Empty, or the test fails.</summary>
    IReadOnlyList<string> Complaints { get; }

    /// <summary>Fails calls from now on; <c>null</c>: none.</summary>
    ServiceFault? Fault { get; set; }

    /// <summary>A person removes a message.</summary>
    void Remove(ShownMessage message);
}

/// <summary>A message as people see it.</summary>
/// <param name="Id">The service's id.</param>
/// <param name="Recipient">Who sees it, by the name that the test gave to the plugin.</param>
/// <param name="Text">Everything that can be read, without replies.</param>
/// <param name="Replies">What was said below it, in order.</param>
/// <param name="Buttons">Tokens of its buttons, in order: approve, deny. Empty: it has none.</param>
public sealed record ShownMessage(string Id, string Recipient, string Text, IReadOnlyList<string> Replies, IReadOnlyList<string> Buttons);

/// <summary>How calls fail.</summary>
public sealed record ServiceFault
{
    /// <summary>The status that is answered; 0: the connection is reset.</summary>
    public int Status { get; init; }

    /// <summary>What <c>Retry-After</c> says, in seconds; <c>null</c>: the header is missing.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Whether the call is carried out before it fails.</summary>
    public bool AfterTheWork { get; init; }

    /// <summary>What is answered; <c>null</c>: nothing.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Its media type.</summary>
    public string ContentType { get; init; } = "text/html";

    /// <summary>How many calls fail; then all is well.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>Whether only calls that make or change something fail.</summary>
    public bool OnlyWrites { get; init; } = true;
}
