using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Access.Predicates;
using static Teleport.Access.Tests.TestRoles;

namespace Teleport.Access.Tests;

public class RuleTextTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Values = new()
    {
        ["user.metadata.name"] = ["alice"], ["session.participants"] = ["alice", "bob"], ["user.spec.traits.team"] = ["red"],
    };

    [Theory]
    [InlineData("contains(session.participants, user.metadata.name)", true)]
    [InlineData("equals(user.metadata.name, \"bob\")", false)]
    [InlineData("!equals(user.metadata.name, 'bob')", true)]
    [InlineData("equals(user.spec.traits[\"team\"], `red`) && !(equals(user.metadata.name,\"x\") || equals(user.metadata.name,\"y\"))", true)]
    [InlineData("equals(user.metadata.name,\"x\") || contains(session.participants,\"bob\")", true)]
    [InlineData("contains(session.nosuch, user.metadata.name)", false)]
    public void Evaluate_Predicate_FollowsItsText(string text, bool expected) => Assert.Equal(expected, Predicate.Parse(text).Evaluate(Values));

    [Theory]
    [InlineData("")]
    [InlineData("contains(session.participants)")]
    [InlineData("system(\"rm\")")]
    [InlineData("equals(nosuch.name, \"x\")")]
    [InlineData("equals(user.metadata.name, \"x\"")]
    [InlineData("equals(user.metadata.name, \"x\") extra")]
    [InlineData("equals(user.metadata.name, \"x)")]
    public void Parse_WrongPredicate_IsAFormatException(string text) => Assert.Throws<FormatException>(() => Predicate.Parse(text));

    [Fact]
    public void H29_DeeplyNestedPredicate_IsRefusedQuickly()
    {
        Assert.Throws<FormatException>(() => Predicate.Parse(new string('(', 2000) + "equals(user.metadata.name,\"x\")"));
        Assert.Throws<FormatException>(() => Predicate.Parse(new string('!', 4000)));
    }

    [Theory]
    [InlineData("{{internal.logins}}", "root,alice")]
    [InlineData("pre-{{external.team}}-post", "pre-red-post")]
    [InlineData("{{email.local(external.mail)}}", "alice")]
    [InlineData("{{external[\"team\"]}}", "red")]
    [InlineData("{{regexp.replace(external.mail, \"^(.*)@example.com$\", \"$1\")}}", "alice")]
    [InlineData("{{external.nosuch}}", "")]
    [InlineData("plain", "plain")]
    public void AllowedBy_Template_ExpandsFromTraits(string login, string expected)
    {
        RoleSet roles = Resolve(Role("r", new RoleConditions { Logins = [login] }));
        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), Logins.AllowedBy(roles));
    }

    [Theory]
    [InlineData("{{internal.nosuch}}")]
    [InlineData("{{internal.logins}")]
    [InlineData("{{internal.logins}}{{internal.logins}}")]
    [InlineData("{{exec(\"id\")}}")]
    public void Validate_WrongTemplate_IsRefused(string login)
    {
        TeleportException error = Assert.Throws<TeleportException>(() => RoleValidation.Validate(Role("r", new RoleConditions { Logins = [login] })));
        Assert.Equal(ErrorCode.Invalid, error.Code);
    }

    [Theory]
    [InlineData("^(a+)+$", true)]
    [InlineData("^(?=x)y$", false)]
    [InlineData("^(unclosed$", false)]
    public void H29_LabelExpression_IsLinearOrRefused(string pattern, bool accepted)
    {
        Role role = Role("r", new RoleConditions { Logins = ["root"], NodeLabels = Labels("env", pattern) });
        if (!accepted)
        {
            Assert.Throws<TeleportException>(() => RoleValidation.Validate(role));
            return;
        }

        Assert.False(Check(Resolve(role), Node(("env", new string('a', 1000) + "!")), "root").IsAllowed);
    }

    [Theory]
    [InlineData("8h", 8)]
    [InlineData("1h30m", 1.5)]
    [InlineData("1d", 24)]
    public void Parse_Duration_IsRead(string text, double hours) => Assert.Equal(TimeSpan.FromHours(hours), Durations.Parse(text, "f"));

    [Theory]
    [InlineData("8")]
    [InlineData("h")]
    [InlineData("-1h")]
    [InlineData("99999999999h")]
    [InlineData("1h 30m")]
    public void Parse_WrongDuration_NamesTheField(string text) =>
        Assert.Contains("max_session_ttl", Assert.Throws<TeleportException>(() => Durations.Parse(text, "max_session_ttl")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, 12)]
    [InlineData(1.0, 1)]
    [InlineData(20.0, 8)]
    public void Ttl_Wish_StaysWithinTheRoles(double? wishedHours, double expectedHours)
    {
        RoleSet roles = Resolve(Role("r", options: new RoleOptions { MaxSessionTtl = wishedHours is null ? "30h" : "8h" }));
        TimeSpan? wished = wishedHours is { } hours ? TimeSpan.FromHours(hours) : null;
        Assert.Equal(TimeSpan.FromHours(expectedHours), CertificateRules.Ttl(roles, wished, TimeSpan.FromHours(12)));
    }

    [Fact]
    public void All_PresetRoles_AreValid() => Assert.All(PresetRoles.All, RoleValidation.Validate);
}
