namespace Teleport.Ssh;

/// <summary>Decides who may log in. Called for one attempt of a connection at a time; shared by connections.</summary>
public interface ISshServerAuthenticator
{
    /// <summary>The method names that clients are told of: <c>publickey</c>, <c>password</c>, <c>keyboard-interactive</c>, <c>none</c>.</summary>
    IReadOnlyList<string> Methods { get; }

    /// <summary>Judges one attempt.</summary>
    /// <param name="attempt">
    /// What the client asks. A query only asks whether a key would do: its acceptance logs nobody in, and nothing of it is kept. In a
    /// proof the possession of the key was verified, and the certificate's own signature too, but not who signed it.
    /// </param>
    /// <param name="ct">Ends with the connection or the login grace time.</param>
    ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct);
}
