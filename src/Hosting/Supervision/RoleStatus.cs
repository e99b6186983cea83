namespace Teleport.Hosting.Supervision;

/// <summary>How a service role fares.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plugin">Id of the plugin that provides it.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Detail">For people: what it said last, or why it failed.</param>
/// <param name="Since">When it came to that state.</param>
/// <param name="Failures">How often it failed since the host started.</param>
/// <param name="LastFailure">Why it failed last; <c>null</c>: it never did.</param>
public sealed record RoleStatus(string Name, string Plugin, RoleState State, string? Detail, DateTimeOffset Since, int Failures, string? LastFailure = null);
