using System.CommandLine;
using Notary.Server;

namespace Notary.Bench;

/// <summary><c>notary-bench server</c>, which the other verbs start.</summary>
internal static class ServerCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Required = true };
        var certificate = new Option<string?>("--tls-certificate");
        var key = new Option<string?>("--tls-key");
        var command = new Command("server") { data, certificate, key };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => ServerHost.RunAsync(
            parsed.GetRequiredValue(data),
            parsed.GetValue(certificate) is { } file ? new TlsOptions(file, parsed.GetValue(key)!, ClientRoots: null) : null,
            cancellation));
        return command;
    }
}
