using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Teleport.Proxy.FrontDoor;
using Teleport.Proxy.Relaying;

namespace Teleport.Proxy.Web;

/// <summary>A connection as Kestrel wants it: the plain bytes of a TLS stream as pipes, and what the handshake agreed on.</summary>
internal sealed class WebConnection : DefaultConnectionContext, ITlsConnectionFeature, ITlsApplicationProtocolFeature, ITlsHandshakeFeature, IDuplexPipe
{
    private const int ReadBytes = 4096;

    // Reading goes on ahead of the application, so that it learns at once when the client hangs up; but not far ahead.
    private static readonly PipeOptions InputOptions = new(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, useSynchronizationContext: false);

    private readonly SslStream _stream;
    private readonly Pipe _input = new(InputOptions);
    private readonly PipeWriter _output;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _pump;
    private int _disposed;

    public WebConnection(SslStream stream, FrontDoorConnection connection)
        : base($"web-{Guid.NewGuid():N}")
    {
        _stream = stream;
        ApplicationProtocol = stream.NegotiatedApplicationProtocol.Protocol;
        _output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        ConnectionClosed = _closed.Token;
        RemoteEndPoint = connection.Client;
        LocalEndPoint = connection.Socket.LocalEndPoint;
        Transport = this;
        Features.Set<ITlsConnectionFeature>(this);
        Features.Set<ITlsApplicationProtocolFeature>(this);
        Features.Set<ITlsHandshakeFeature>(this);
        _pump = PumpAsync();
    }

    /// <summary>Ends when Kestrel is done with the connection.</summary>
    public Task Completion => _done.Task;

    public PipeReader Input => _input.Reader;

    public PipeWriter Output => _output;

    public ReadOnlyMemory<byte> ApplicationProtocol { get; }

    public X509Certificate2? ClientCertificate { get; set; }

    SslProtocols ITlsHandshakeFeature.Protocol => _stream.SslProtocol;

    TlsCipherSuite? ITlsHandshakeFeature.NegotiatedCipherSuite => _stream.NegotiatedCipherSuite;

    string ITlsHandshakeFeature.HostName => _stream.TargetHostName;

#pragma warning disable CS0618, SYSLIB0058 // Obsolete members of the interface, which Kestrel still wants implemented.
    CipherAlgorithmType ITlsHandshakeFeature.CipherAlgorithm => _stream.CipherAlgorithm;

    int ITlsHandshakeFeature.CipherStrength => _stream.CipherStrength;

    HashAlgorithmType ITlsHandshakeFeature.HashAlgorithm => _stream.HashAlgorithm;

    int ITlsHandshakeFeature.HashStrength => _stream.HashStrength;

    ExchangeAlgorithmType ITlsHandshakeFeature.KeyExchangeAlgorithm => _stream.KeyExchangeAlgorithm;

    int ITlsHandshakeFeature.KeyExchangeStrength => _stream.KeyExchangeStrength;
#pragma warning restore CS0618, SYSLIB0058

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);

    public override void Abort(ConnectionAbortedException abortReason) => Abort();

    public override void Abort() => _stream.Dispose();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            try
            {
                await _output.CompleteAsync();
                await _stream.ShutdownAsync();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // The client was faster in hanging up.
            }

            await _stream.DisposeAsync();
            await _pump;
            await _input.Reader.CompleteAsync();
            _done.TrySetResult();
            _closed.Dispose();
        }

        await base.DisposeAsync();
    }

    private async Task PumpAsync()
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                // Waits without a buffer: most connections are idle most of the time.
                await _stream.WaitForDataAsync(CancellationToken.None);
                int read = await _stream.ReadAsync(_input.Writer.GetMemory(ReadBytes));
                if (read == 0)
                {
                    break;
                }

                _input.Writer.Advance(read);
                FlushResult flushed = await _input.Writer.FlushAsync();
                if (flushed.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            error = new ConnectionResetException("The client hung up.", e);
        }

        await _input.Writer.CompleteAsync(error);
        await _closed.CancelAsync();
    }
}
