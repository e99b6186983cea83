using System.Text;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace Teleport.Connectors.Local.Tests;

public sealed class PasswordHashTests
{
    private static readonly PasswordCost Cheap = new(1024, 2, 1);

    [Fact]
    public void Hash_WrittenAndRead_MatchesItsPasswordAlone()
    {
        PasswordHash created = PasswordHash.Create("correct horse battery", Cheap);

        PasswordHash read = PasswordHash.Parse(created.ToString());

        Assert.StartsWith("$argon2id$v=19$m=1024,t=2,p=1$", created.ToString(), StringComparison.Ordinal);
        Assert.True(read.Matches("correct horse battery"));
        Assert.False(read.Matches("correct horse batterz"));
        Assert.False(read.Matches(""));
        Assert.NotEqual(created.ToString(), PasswordHash.Create("correct horse battery", Cheap).ToString());
    }

    [Fact]
    public void Hash_MadeByAnotherImplementation_Matches()
    {
        byte[] salt = "somesaltsomesalt"u8.ToArray();
        var generator = new Argon2BytesGenerator();
        generator.Init(new Argon2Parameters.Builder(Argon2Parameters.Argon2id)
            .WithVersion(Argon2Parameters.Version13).WithIterations(2).WithMemoryAsKB(1024).WithParallelism(1).WithSalt(salt).Build());
        byte[] hash = new byte[32];
        generator.GenerateBytes(Encoding.UTF8.GetBytes("correct horse battery"), hash);
        string text = $"$argon2id$v=19$m=1024,t=2,p=1${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(hash).TrimEnd('=')}";

        Assert.True(PasswordHash.Parse(text).Matches("correct horse battery"));
    }

    [Fact]
    public void Hash_SamePasswordOfAnotherKeyboard_Matches()
    {
        // The same letter, composed and decomposed.
        PasswordHash created = PasswordHash.Create("caf\u00e9 caf\u00e9 caf\u00e9", Cheap);

        Assert.True(created.Matches("cafe\u0301 cafe\u0301 cafe\u0301"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("$argon2i$v=19$m=1024,t=2,p=1$c2FsdA$aGFzaA")]
    [InlineData("$argon2id$v=19$m=99999999,t=2,p=1$c2FsdA$aGFzaA")]
    [InlineData("$argon2id$v=19$m=1024,t=0,p=1$c2FsdA$aGFzaA")]
    [InlineData("$argon2id$v=19$m=1024,t=2,p=4$c2FsdA$aGFzaA")]
    [InlineData("$argon2id$v=19$m=1024,t=2,p=1$%%$aGFzaA")]
    public void Parse_NoSuchHash_Throws(string text) => Assert.Throws<FormatException>(() => PasswordHash.Parse(text));
}
