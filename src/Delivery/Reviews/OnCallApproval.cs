using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Errors;

namespace Teleport.Delivery.Reviews;

/// <summary>Approves requests of people who are on call, as the plugin itself: the auth service accepts that only where the plugin's role says so.</summary>
internal sealed partial class OnCallApproval(IAccessPlugin plugin, IRequestDesk desk, ILogger logger)
{
    private readonly IOnCallProvider? _provider = plugin as IOnCallProvider;

    /// <summary>Whether a request waits for a decision and names rotas that may approve it.</summary>
    public bool Concerns(AccessRequestView request) =>
        _provider is not null && !request.IsDecided && request.Annotations.TryGetValue(_provider.Annotation, out IReadOnlyList<string>? rotas) && rotas.Count > 0;

    /// <summary>Finds out, and approves. Whatever is not certain approves nothing.</summary>
    public async Task RunAsync(AccessRequestView request, CancellationToken cancellationToken)
    {
        string? shift;
        try
        {
            shift = await _provider!.FindShiftAsync(request.User, request.Annotations[_provider.Annotation], request.Roles, cancellationToken);
        }
        catch (AccessPluginException e) when (e.Failure is not (AccessPluginFailure.Unavailable or AccessPluginFailure.Uncertain))
        {
            LogNotAnswered(request.Id, e.Message);
            return;
        }

        // A request whose roles the view does not hold in full was not looked at in full.
        if (shift is null || request.RoleCount != request.Roles.Count)
        {
            return;
        }

        try
        {
            await desk.ApproveAsync(request.Id, shift, cancellationToken);
            LogApproved(request.Id, shift);
        }
        catch (TeleportException e) when (e.Code is ErrorCode.AccessDenied or ErrorCode.Conflict or ErrorCode.NotFound or ErrorCode.Invalid)
        {
            LogRefused(request.Id, e.Message);
        }
    }

    [LoggerMessage(7010, LogLevel.Warning, "Whether the requester of {RequestId} is on call is not known, so nothing is approved: {Reason}")]
    private partial void LogNotAnswered(string requestId, string reason);

    [LoggerMessage(7011, LogLevel.Information, "Approved request {RequestId}: {Shift}.")]
    private partial void LogApproved(string requestId, string shift);

    [LoggerMessage(7012, LogLevel.Warning, "The auth service does not take the approval of request {RequestId} by the plugin itself: {Reason}")]
    private partial void LogRefused(string requestId, string reason);
}
