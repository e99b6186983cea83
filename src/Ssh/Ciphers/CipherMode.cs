namespace Teleport.Ssh.Ciphers;

/// <summary>How a cipher protects packets.</summary>
internal enum CipherMode
{
    AesGcm,
    ChaChaPoly,
    AesCtr,
}
