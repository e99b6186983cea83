namespace Teleport.Ssh.Messages;

/// <summary>The typed data of a channel request, a channel type or a global request.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface ISshPayload<TSelf>
    where TSelf : ISshPayload<TSelf>
{
    /// <summary>The name on the wire of the request or channel type, such as <c>pty-req</c>.</summary>
    static abstract string Name { get; }

    /// <summary>Reads the fields in wire order.</summary>
    /// <param name="reader">Stands before the first field; afterwards behind the last.</param>
    /// <exception cref="SshProtocolException">The data is truncated, or a field is out of its limits.</exception>
    static abstract TSelf Read(ref SshReader reader);

    /// <summary>Writes the fields in wire order.</summary>
    /// <param name="writer">Where they go.</param>
    void Write(ref SshWriter writer);
}
