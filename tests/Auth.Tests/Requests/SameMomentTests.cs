using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Storage.Sqlite;

namespace Teleport.Auth.Tests.Requests;

public sealed class SameMomentTests
{
    [Fact]
    public async Task H37_TenApprovalsAndTenDenialsThroughTwoServers_EndInOneState()
    {
        await using SqliteBackend shared = await OpenSharedAsync();
        await using RequestCluster first = await RequestCluster.StartAsync(shared);
        await using RequestCluster second = await RequestCluster.StartAsync(shared, populate: false);
        for (int i = 0; i < 20; i++)
        {
            await first.Cluster.CreateUserAsync($"reviewer{i}", "lead");
        }

        for (int round = 0; round < 3; round++)
        {
            string id = (await first.AskAsync()).Metadata.Name;
            using var gate = new ManualResetEventSlim();
            Task<AccessRequestState?>[] reviews =
            [
                .. Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
                {
                    AuthClient client = (i / 2 % 2 == 0 ? first : second).Admin;
                    gate.Wait(TestContext.Current.CancellationToken);
                    return await ReviewAsync(client, id, $"reviewer{i}", i % 2 == 0 ? AccessRequestState.Approved : AccessRequestState.Denied);
                })),
            ];
            gate.Set();
            AccessRequestState?[] answers = await Task.WhenAll(reviews).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

            AccessRequest one = await first.GetAsync(id);
            AccessRequest two = await second.GetAsync(id);
            // One review was enough either way, so exactly one was taken, and the others heard that they came too late.
            AccessReview deciding = Assert.Single(one.Spec.Reviews);
            Assert.Equal(deciding.ProposedState, one.Spec.State);
            Assert.Equal((one.Spec.State, one.Spec.ResolvedBy), (two.Spec.State, two.Spec.ResolvedBy));
            Assert.Equal(one.Spec.State, Assert.Single(answers.OfType<AccessRequestState>()));
            System.Text.Json.JsonElement terminal = Assert.Single(
                (await first.Cluster.EventsAsync("access_request.review")).Concat(await second.Cluster.EventsAsync("access_request.review")),
                e => e.GetProperty("id").GetString() == id && e.GetProperty("state").GetString() != "PENDING");
            Assert.Equal(deciding.Author, terminal.GetProperty("reviewer").GetString());
        }
    }

    [Fact]
    public async Task H37_ManyRequestsAtOnceThroughTwoServers_StayWithinTheLimit()
    {
        await using SqliteBackend shared = await OpenSharedAsync();
        await using RequestCluster first = await RequestCluster.StartAsync(shared);
        await using RequestCluster second = await RequestCluster.StartAsync(shared, populate: false);
        async Task<bool> AskAsync(AuthClient client)
        {
            try
            {
                await client.AccessRequests.CreateAsync(new CreateAccessRequestRequest { User = "alice", Roles = { "dba" } });
                return true;
            }
            catch (TeleportException e) when (e.Code == ErrorCode.Limit)
            {
                return false;
            }
        }

        bool[] made = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => AskAsync((i % 2 == 0 ? first : second).Admin)))
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal(Stores.AccessRequestStore.MaxPendingPerUser, made.Count(static m => m));
        Assert.Equal(
            Stores.AccessRequestStore.MaxPendingPerUser, (await first.Admin.AccessRequests.ListAsync(new ListAccessRequestsRequest())).Requests.Count);
    }

    private static ValueTask<SqliteBackend> OpenSharedAsync() => SqliteBackend.OpenAsync(
        Directory.CreateTempSubdirectory("teleport-auth-").FullName, new SqliteOptions(), TimeProvider.System,
        Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TestContext.Current.CancellationToken);

    /// <returns>The state after the review; <c>null</c>: it came too late.</returns>
    private static async Task<AccessRequestState?> ReviewAsync(AuthClient client, string id, string author, AccessRequestState state)
    {
        try
        {
            return RequestCluster.Read(await client.AccessRequests.SubmitReviewAsync(
                new SubmitReviewRequest { Id = id, ProposedState = (int)state, Author = author })).Spec.State;
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Conflict)
        {
            return null;
        }
    }
}
