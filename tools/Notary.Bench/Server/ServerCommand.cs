using System.CommandLine;

namespace Notary.Bench;

/// <summary><c>notary-bench server</c>, which the other verbs start.</summary>
internal static class ServerCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Required = true };
        var command = new Command("server") { data };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => ServerHost.RunAsync(parsed.GetRequiredValue(data), cancellation));
        return command;
    }
}
