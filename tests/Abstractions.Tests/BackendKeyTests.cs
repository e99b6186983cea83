using Teleport.Abstractions.Storage;

namespace Teleport.Abstractions.Tests;

public class BackendKeyTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    [InlineData("a\nb")]
    public void H45_PartThatReachesElsewhere_IsRefused(string part) => Assert.Throws<ArgumentException>(() => BackendKey.Of("users", part));

    [Fact]
    public void H45_PrefixOfAnotherName_IsNotContained()
    {
        BackendKey user = BackendKey.Of("users", "user1");
        Assert.True(user.Contains(user.Append("params")));
        Assert.False(user.Contains(BackendKey.Of("users", "user10")));
        Assert.True(BackendKey.Empty.Contains(user));
    }

    [Fact]
    public void RangeStart_AndEnd_HoldExactlyWhatIsBelow()
    {
        BackendKey below = BackendKey.Of("users", "a");
        (BackendKey start, BackendKey end) = (BackendKey.Of("users").RangeStart(), BackendKey.Of("users").RangeEnd());
        Assert.True(start < below && below < end);
        Assert.False(start <= BackendKey.Of("users") && BackendKey.Of("users") < end);
        Assert.True(BackendKey.Of("users2") >= end);
    }

    [Fact]
    public void Of_TooLong_IsRefused() => Assert.Throws<ArgumentException>(() => BackendKey.Of(new string('x', BackendKey.MaxBytes + 1)));
}
