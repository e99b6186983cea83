using Teleport.Abstractions.Errors;

namespace Teleport.Auth.Tests.Cluster;

/// <summary>What a refused call said.</summary>
internal static class Refusal
{
    public static async Task<TeleportException> OfAsync(ErrorCode code, Func<Task> call)
    {
        TeleportException refusal = await Assert.ThrowsAnyAsync<TeleportException>(call);
        Assert.True(code == refusal.Code, $"Expected {code}, but got {refusal.Code}: {refusal.Message}");
        Assert.NotEmpty(refusal.Message);
        return refusal;
    }

    public static Task<TeleportException> OfAsync<T>(ErrorCode code, Func<Grpc.Core.AsyncUnaryCall<T>> call) =>
        OfAsync(code, async () => await call());
}
