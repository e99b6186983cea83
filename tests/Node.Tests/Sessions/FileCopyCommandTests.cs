using Teleport.Node.Sessions;

namespace Teleport.Node.Tests.Sessions;

public sealed class FileCopyCommandTests
{
    [Theory]
    [InlineData("scp -t /tmp", "scp", true, "/tmp")]
    [InlineData("scp -f -- file", "scp", false, "file")]
    [InlineData("/usr/bin/scp -r -p -t '/a b'", "scp", true, "/a b")]
    [InlineData("scp -vrt dir", "scp", true, "dir")]
    [InlineData("LANG=C exec scp -f x", "scp", false, "x")]
    [InlineData("\"scp\" -t x", "scp", true, "x")]
    [InlineData("s\\cp -t x", "scp", true, "x")]
    [InlineData("sudo scp -t x", "scp", true, "x")]
    [InlineData("rsync --server -vlogDtpre.iLsfxCIvu . /dst", "rsync", true, "/dst")]
    [InlineData("rsync --server --sender -vlogDtpre.iLsfxCIvu . /src", "rsync", false, "/src")]
    [InlineData("/usr/lib/openssh/sftp-server -l INFO", "sftp-server", true, ".")]
    public void H15_Recognise_Copy_IsSeen(string command, string program, bool isUpload, string path) =>
        Assert.Equal(new FileCopyCommand(program, isUpload, path), FileCopyCommand.Recognise(command));

    [Theory]
    [InlineData("scp a host:b")]
    [InlineData("rsync -a a b")]
    [InlineData("echo scp -t x")]
    [InlineData("ls")]
    [InlineData("")]
    [InlineData("'open quote")]
    [InlineData("A=1")]
    public void Recognise_OtherCommands_AreLeftAlone(string command) => Assert.Null(FileCopyCommand.Recognise(command));
}
