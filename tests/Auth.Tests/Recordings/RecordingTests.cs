using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Audit.V1;
using Teleport.Api.Recordings.V1;
using Teleport.Auth.Tests.Cluster;

namespace Teleport.Auth.Tests.Recordings;

public sealed class RecordingTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private AuthCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Upload_InParts_IsDownloadedAsItWas()
    {
        JoinedHost node = await Cluster.JoinAsync(SystemRole.Node);
        string session = await SessionAsync(node, "alice");
        byte[] first = Bytes(300_000);
        byte[] second = Bytes(1000);

        UploadResponse done = await UploadAsync(node, session, (1, first), (2, second));
        UploadResponse again = await UploadAsync(node, session);

        Assert.Equal(first.Concat(second), await DownloadAsync(Cluster.Admin, session));
        Assert.Equal(done.Url, again.Url);
        Assert.Contains(await Cluster.EventsAsync("session.upload"), e => e.GetProperty("sid").GetString() == session);
        JsonElement access = (await Cluster.EventsAsync("session.recording.access")).Last(e => e.GetProperty("sid").GetString() == session);
        Assert.Equal("pty", access.GetProperty("format").GetString());
        Assert.True((await node.Client.Recordings.GetUploadAsync(new GetUploadRequest { SessionId = session })).Complete);
    }

    [Fact]
    public async Task Upload_BrokenOff_IsResumedAfterTheStoredParts()
    {
        JoinedHost node = await Cluster.JoinAsync(SystemRole.Node);
        string session = await SessionAsync(node, "alice");
        byte[] first = Bytes(200_000);
        byte[] second = Bytes(200_000);
        await Refusal.OfAsync(ErrorCode.Invalid, () => UploadAsync(node, session, complete: false, (1, first)));

        GetUploadResponse state = await node.Client.Recordings.GetUploadAsync(new GetUploadRequest { SessionId = session });
        await UploadAsync(node, session, (2, second));

        Assert.Equal((1, 200_000, false), (state.Parts, state.Bytes, state.Complete));
        Assert.Equal(first.Concat(second), await DownloadAsync(Cluster.Admin, session));
    }

    [Fact]
    public async Task H26_SessionOfAnotherHost_IsRefused()
    {
        JoinedHost node = await Cluster.JoinAsync(SystemRole.Node);
        JoinedHost other = await Cluster.JoinAsync(SystemRole.Node);
        string session = await SessionAsync(node, "alice");
        byte[] content = Bytes(1000);

        await Refusal.OfAsync(ErrorCode.AccessDenied, () => UploadAsync(other, session, (1, Bytes(10))));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => other.Client.Recordings.GetUploadAsync(new GetUploadRequest { SessionId = session }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => SessionAsync(other, "mallory", session));
        await UploadAsync(node, session, (1, content));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => UploadAsync(other, session, (1, Bytes(10))));

        Assert.Equal(content, await DownloadAsync(Cluster.Admin, session));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("AB8E5E5B77A04E53BC8619C4F915BF67")]
    public async Task Upload_IdThatIsNoUuid_IsRefused(string session)
    {
        JoinedHost node = await Cluster.JoinAsync(SystemRole.Node);

        await Refusal.OfAsync(ErrorCode.Invalid, () => UploadAsync(node, session, (1, Bytes(10))));
        await Refusal.OfAsync(ErrorCode.Invalid, () => DownloadAsync(Cluster.Admin, session));
    }

    [Fact]
    public async Task Recordings_OfOthers_AreNotForEveryUser()
    {
        JoinedHost node = await Cluster.JoinAsync(SystemRole.Node);
        LoggedIn ann = await (await Cluster.UserAsync("ann", "access")).LoginAsync();
        LoggedIn ben = await (await Cluster.UserAsync("ben", "access")).LoginAsync();
        LoggedIn eve = await (await Cluster.UserAsync("eve", "auditor")).LoginAsync();
        LoggedIn joe = await (await Cluster.UserAsync("joe", "editor")).LoginAsync();
        string session = await SessionAsync(node, "ann");
        byte[] content = Bytes(1000);
        await UploadAsync(node, session, (1, content));
        await EndAsync(node, session, "ann");

        Assert.Equal(content, await DownloadAsync(ann.Client, session));
        Assert.Equal(content, await DownloadAsync(eve.Client, session));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => DownloadAsync(ben.Client, session));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => DownloadAsync(joe.Client, session));
        Assert.Contains(session, await ListAsync(ann.Client));
        Assert.Contains(session, await ListAsync(eve.Client));
        Assert.Empty(await ListAsync(ben.Client));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => ListAsync(joe.Client));
    }

    [Fact]
    public async Task Download_UnknownSession_IsNotFoundForThoseWhoMayKnow()
    {
        await Refusal.OfAsync(ErrorCode.NotFound, () => DownloadAsync(Cluster.Admin, Guid.NewGuid().ToString("D")));
    }

    private static async Task<string> SessionAsync(JoinedHost node, string user, string? session = null)
    {
        session ??= Guid.NewGuid().ToString("D");
        await node.Client.Audit.EmitAsync(new EmitRequest
        {
            Events = { ByteString.CopyFromUtf8($$"""{"event":"session.start","code":"T2000I","sid":"{{session}}","user":"{{user}}"}""") },
        });
        return session;
    }

    private static async Task EndAsync(JoinedHost node, string session, string user) => await node.Client.Audit.EmitAsync(new EmitRequest
    {
        Events = { ByteString.CopyFromUtf8($$"""{"event":"session.end","code":"T2004I","sid":"{{session}}","user":"{{user}}","participants":["{{user}}"]}""") },
    });

    private static Task<UploadResponse> UploadAsync(JoinedHost node, string session, params (int Number, byte[] Content)[] parts) =>
        UploadAsync(node, session, complete: true, parts);

    private static async Task<UploadResponse> UploadAsync(JoinedHost node, string session, bool complete, params (int Number, byte[] Content)[] parts)
    {
        using AsyncClientStreamingCall<UploadRequest, UploadResponse> call = node.Client.Recordings.Upload();
        await call.RequestStream.WriteAsync(new UploadRequest { Begin = new UploadRequest.Types.Begin { SessionId = session } });
        foreach ((int number, byte[] content) in parts)
        {
            // In two pieces, as large parts come.
            await call.RequestStream.WriteAsync(Piece(number, content.AsSpan(0, content.Length / 2), last: false));
            await call.RequestStream.WriteAsync(Piece(number, content.AsSpan(content.Length / 2), last: true));
        }

        if (complete)
        {
            await call.RequestStream.WriteAsync(new UploadRequest { Complete = new UploadRequest.Types.Complete() });
        }

        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static UploadRequest Piece(int number, ReadOnlySpan<byte> content, bool last) => new()
    {
        Part = new UploadRequest.Types.Part { Number = number, Content = ByteString.CopyFrom(content), LastOfPart = last },
    };

    private static async Task<byte[]> DownloadAsync(AuthClient client, string session)
    {
        using var content = new MemoryStream();
        using AsyncServerStreamingCall<DownloadChunk> call = client.Recordings.Download(new DownloadRequest { SessionId = session, Format = "pty" });
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)))
        {
            call.ResponseStream.Current.Content.WriteTo(content);
        }

        return content.ToArray();
    }

    private static async Task<IEnumerable<string>> ListAsync(AuthClient client)
    {
        ListRecordingsResponse found = await client.Recordings.ListAsync(new ListRecordingsRequest());
        return [.. found.SessionEndEvents.Select(static e => JsonDocument.Parse(e.Memory).RootElement.GetProperty("sid").GetString()!)];
    }

    private static byte[] Bytes(int count) => System.Security.Cryptography.RandomNumberGenerator.GetBytes(count);
}
