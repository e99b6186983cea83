using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Teleport.Hosting.Configuration;

namespace Teleport.Hosting.Logging;

/// <summary>Makes the loggers of an instance.</summary>
public static class LogSetup
{
    /// <summary>Makes a factory that writes where the options say. The caller disposes it last.</summary>
    /// <exception cref="ConfigurationException">The output cannot be opened.</exception>
    public static ILoggerFactory CreateFactory(LogOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ILogOutput output = Open(options.Output);
        return LoggerFactory.Create(builder =>
        {
            builder.SetMinimumLevel(options.Level);
            // The web server tells of each request and of each start; both are told better by the roles.
            builder.AddFilter("Microsoft", options.Level <= LogLevel.Debug ? LogLevel.Information : LogLevel.Error);
            builder.AddFilter("Grpc", options.Level <= LogLevel.Debug ? LogLevel.Information : LogLevel.Critical);
            builder.AddFilter("Yarp", options.Level <= LogLevel.Debug ? LogLevel.Information : LogLevel.Error);
            builder.AddProvider(new TeleportLoggerProvider(options, output, time));
        });
    }

    private static ILogOutput Open(string output)
    {
        try
        {
            return output switch
            {
#pragma warning disable RS0030 // The log of the configuration goes there.
                "stderr" or "error" or "2" => new WriterLogOutput(Console.Error, wantsTimestamps: false, ownsWriter: false),
                "stdout" or "out" or "1" => new WriterLogOutput(Console.Out, wantsTimestamps: false, ownsWriter: false),
#pragma warning restore RS0030
                "syslog" => new SyslogOutput(),
                _ => WriterLogOutput.ToFile(output),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            throw new ConfigurationException([$"Cannot write the log to \"{output}\" (teleport.log.output): {e.Message}"]);
        }
    }
}
