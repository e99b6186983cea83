namespace Teleport.Auth.Tests.Cluster;

/// <summary>The real clock, moved by tests: TLS on the client's side always uses the real one.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private TimeSpan _shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _shift;

    public void Advance(TimeSpan by) => _shift += by;
}
