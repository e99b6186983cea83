using System.Text;
using System.Text.Json;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Abstractions.Tests;

public class ResourceJsonTests
{
    private const string RoleText =
        """{"kind":"role","version":"v7","metadata":{"name":"dev"},"spec":{"options":{"max_session_ttl":"8h"},"allow":{"logins":["root"],"node_labels":{"env":["dev","test"]},"rules":[{"resources":["session"],"verbs":["read"]}]},"deny":{}}}""";

    [Fact]
    public void Serialize_Role_HasTheFrozenLayout()
    {
        var role = (Role)ResourceJson.Deserialize(ResourceKinds.Role, Encoding.UTF8.GetBytes(RoleText));
        Assert.Equal(RoleText, Encoding.UTF8.GetString(ResourceJson.Serialize(role)));
        Assert.Equal(["dev", "test"], role.Spec.Allow.NodeLabels!["env"]);
    }

    [Fact]
    public void Deserialize_TextWhereAListIsMeant_IsAListOfOne()
    {
        string text = RoleText.Replace("[\"dev\",\"test\"]", "\"dev\"", StringComparison.Ordinal);
        var role = (Role)ResourceJson.Deserialize(ResourceKinds.Role, Encoding.UTF8.GetBytes(text));
        Assert.Equal(["dev"], role.Spec.Allow.NodeLabels!["env"]);
    }

    [Fact]
    public void Serialize_AccessRequest_HasTheFrozenLayout()
    {
        const string Text =
            """{"kind":"access_request","version":"v3","metadata":{"name":"id1"},"spec":{"user":"alice","roles":["dba"],"resource_ids":[{"cluster":"c","kind":"node","name":"n"}],"state":2,"created":"2026-01-02T03:04:05+00:00","expires":"2026-01-02T13:04:05+00:00","max_duration":"10:00:00","request_reason":"why","resolved_by":"bob","resolve_annotations":{},"system_annotations":{"team":["red"]},"suggested_reviewers":[],"thresholds":[{"name":"two","approve":2,"deny":1}],"rtm":{"dba":[[0]]},"reviews":[{"author":"bob","proposed_state":2,"created":"2026-01-02T03:05:05+00:00","annotations":{},"roles":[],"means":{"via":"plugin","plugin":"slack","chat_identity":"slack:T1:U1","mapped_by":"linked","mfa_verified":false},"threshold_indexes":[0]}]}}""";
        var request = (AccessRequest)ResourceJson.Deserialize(ResourceKinds.AccessRequest, Encoding.UTF8.GetBytes(Text));
        Assert.Equal(Text, Encoding.UTF8.GetString(ResourceJson.Serialize(request)));
        Assert.Equal([1, 2, 3, 4], Enum.GetValues<AccessRequestState>().Skip(1).Select(static s => (int)s));
    }

    [Theory]
    [InlineData("""{"kind":"role","metadata":{"name":"x"},"spec":{"nosuch":1}}""")]
    [InlineData("""{"kind":"role","kind":"role","metadata":{"name":"x"}}""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    public void Deserialize_UnknownOrDoubledField_IsAJsonException(string text) =>
        Assert.Throws<JsonException>(() => ResourceJson.Deserialize(ResourceKinds.Role, Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Deserialize_UnknownKind_IsInvalid() =>
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<TeleportException>(() => ResourceJson.Deserialize("nosuch", "{}"u8)).Code);

    [Theory]
    [InlineData("dev", true)]
    [InlineData("a@b.example", true)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    public void H45_ResourceName_TakesSafeCharactersOnly(string name, bool valid) => Assert.Equal(valid, ResourceMetadata.IsValidName(name));

    [Fact]
    public void Validate_RoleThatAllowsEveryLogin_IsRefused()
    {
        var role = new Role { Metadata = new ResourceMetadata { Name = "r" }, Spec = new RoleSpec { Allow = new RoleConditions { Logins = ["*"] } } };
        Assert.Contains("every login", Assert.Throws<TeleportException>(role.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllLabels_CommandOfTheSameName_WinsOverTheStaticLabel()
    {
        var server = new Server
        {
            Metadata = new ResourceMetadata { Name = "x", Labels = new Dictionary<string, string> { ["arch"] = "static", ["env"] = "dev" } },
            Spec = new ServerSpec { CmdLabels = new Dictionary<string, CommandLabel> { ["arch"] = new() { Result = "x86_64" } } },
        };
        Assert.Equal([new("arch", "x86_64"), new("env", "dev")], server.AllLabels());
    }

    [Fact]
    public void ToRecord_Event_HasTypeCodeAndFieldsOfTheInterface()
    {
        AuditRecord record = AuditJson.ToRecord(new ExecEvent
        {
            Command = "id", ExitCode = "0", User = "alice", Login = "root", SessionId = "s", Time = DateTimeOffset.UnixEpoch, Uid = "u", ClusterName = "lab", RemoteAddress = "192.0.2.1:5",
        });
        Assert.Equal(("exec", "T3002I"), (record.Event, record.Code));
        using JsonDocument json = JsonDocument.Parse(record.Json);
        Assert.Equal("192.0.2.1:5", json.RootElement.GetProperty("addr.remote").GetString());
        Assert.Equal("0", json.RootElement.GetProperty("exitCode").GetString());
        Assert.Equal(record.Uid, AuditRecord.Parse(record.Json).Uid);
    }

    [Fact]
    public void Secret_Printed_ShowsNothing()
    {
        using var secret = new Secret("hunter2");
        Assert.Equal("***", secret.ToString());
        Assert.True(secret.Equals(new Secret("hunter2")));
        Assert.False(secret.Equals(new Secret("hunter3")));
        Assert.Equal("hunter2", secret.Reveal());
    }

    [Fact]
    public void ErrorCodes_EveryCode_HasItsRow()
    {
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>())
        {
            Assert.Matches("^[a-z_]+$", code.Name());
            Assert.Equal(code, ErrorCodes.FromGrpcStatus(code.GrpcStatus()));
            Assert.NotEqual(0, code.ExitCode());
        }
    }
}
