using System.CommandLine;

namespace Notary.Bench;

/// <summary><c>notary-bench hash-files</c>, which <c>hash</c> starts.</summary>
internal static class HashFilesCommand
{
    public static Command Create()
    {
        var path = new Argument<FileSystemInfo>("path");
        var command = new Command("hash-files") { path };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => HashWorker.RunAsync(parsed.GetRequiredValue(path), cancellation));
        return command;
    }
}
