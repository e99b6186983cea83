namespace Teleport.Ssh.Transport;

/// <summary>What both sides know after a key exchange.</summary>
/// <param name="Secret">K, encoded with its length; the receiver wipes it.</param>
/// <param name="Hash">H.</param>
internal readonly record struct ExchangeResult(byte[] Secret, byte[] Hash);
