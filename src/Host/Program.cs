using Teleport.Host.Commands;

return await TeleportCommand.RunAsync(args);
