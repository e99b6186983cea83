using System.Buffers;
using CsCheck;

namespace Teleport.Ssh.Tests;

public sealed class SshReaderTests
{
    private static readonly Gen<byte[]> Bytes = Gen.Byte.Array[0, 100];

    [Fact]
    public void Read_WhatWasWritten_GivesItBack() =>
        Gen.Select(Gen.Byte, Gen.Bool, Gen.UInt, Gen.ULong, Bytes, Gen.String, Bytes).Sample(value =>
        {
            (byte aByte, bool aBoolean, uint number, ulong longNumber, byte[] binary, string raw, byte[] magnitude) = value;
            string text = new([.. raw.Where(c => !char.IsSurrogate(c))]);
            byte[] data = Write((ref SshWriter writer) =>
            {
                writer.WriteByte(aByte);
                writer.WriteBoolean(aBoolean);
                writer.WriteUInt32(number);
                writer.WriteUInt64(longNumber);
                writer.WriteBinary(binary);
                writer.WriteString(text);
                writer.WriteMpint(magnitude);
                writer.WriteNameList(["a", "b@c"]);
                writer.WriteRaw(binary);
            });

            SshReader reader = new(data);
            Assert.Equal(aByte, reader.ReadByte());
            Assert.Equal(aBoolean, reader.ReadBoolean());
            Assert.Equal(number, reader.ReadUInt32());
            Assert.Equal(longNumber, reader.ReadUInt64());
            Assert.Equal(binary, reader.ReadBinary(100).ToArray());
            Assert.Equal(text, reader.ReadString(10_000));
            Assert.Equal(magnitude.AsSpan().TrimStart((byte)0).ToArray(), reader.ReadMpint(100).ToArray());
            Assert.Equal(["a", "b@c"], reader.ReadNameList(100));
            Assert.Equal(binary, reader.ReadRest().ToArray());
            reader.ExpectEnd();
        });

    [Fact]
    public void Read_TruncatedAnywhere_ThrowsProtocolException()
    {
        byte[] data = Write((ref SshWriter writer) =>
        {
            writer.WriteUInt64(1);
            writer.WriteString("text");
            writer.WriteMpint([0x80, 1]);
            writer.WriteNameList(["x", "y"]);
        });
        for (int length = 0; length < data.Length; length++)
            Assert.Throws<SshProtocolException>(() => ReadAll(data.AsSpan(0, length)));
        ReadAll(data);
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0x7f, 0xff, 0xff, 0xff, 1 })]
    [InlineData(new byte[] { 0x00, 0x00, 0x00, 0x09, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    public void ReadBinary_ClaimsMoreThanAllowed_ThrowsWithoutAllocating(byte[] data)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<SshProtocolException>(() => new SshReader(data).ReadBinary(8));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1, 0x80 }, "negative")]
    [InlineData(new byte[] { 0, 0, 0, 1, 0 }, "leading zeros")]
    [InlineData(new byte[] { 0, 0, 0, 2, 0, 0x7f }, "leading zeros")]
    [InlineData(new byte[] { 0, 0, 0, 3, 1, 2, 3 }, "at most")]
    public void H06_ReadMpint_NegativeOrPaddedOrTooLong_Throws(byte[] data, string reason) =>
        Assert.Contains(reason, Assert.Throws<SshProtocolException>(() => new SshReader(data).ReadMpint(2)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a,,b")]
    [InlineData(",a")]
    [InlineData("a,")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("é")]
    public void ReadNameList_EmptyOrUnprintableName_Throws(string list)
    {
        byte[] data = Write((ref SshWriter writer) => writer.WriteString(list));
        Assert.Throws<SshProtocolException>(() => new SshReader(data).ReadNameList(100));
    }

    [Fact]
    public void ReadString_NotUtf8_Throws() =>
        Assert.Throws<SshProtocolException>(() => new SshReader([0, 0, 0, 2, 0xc3, 0x28]).ReadString(10));

    [Fact]
    public void ExpectEnd_BytesLeft_Throws() => Assert.Throws<SshProtocolException>(() => new SshReader([1]).ExpectEnd());

    private delegate void Writing(ref SshWriter writer);

    private static byte[] Write(Writing writing)
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        writing(ref writer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void ReadAll(ReadOnlySpan<byte> data)
    {
        SshReader reader = new(data);
        _ = reader.ReadUInt64();
        _ = reader.ReadString(10);
        _ = reader.ReadMpint(10);
        _ = reader.ReadNameList(10);
        reader.ExpectEnd();
    }
}
