using Notary.Core;

namespace Notary.Cli;

/// <summary>Evidence and certificates that are given to be read: a stranger's files.</summary>
internal static class EvidenceFile
{
    /// <exception cref="CliException">It cannot be read, or breaks the format.</exception>
    public static Evidence Read(string path, CancellationToken cancellation)
    {
        using var stream = InputFile.Open(path, "evidence or a certificate");
        try
        {
            return Evidence.Read(stream, cancellation);
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}", "this is no evidence that can be verified: it is damaged, altered, or something else");
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException)
        {
            throw CliException.Input($"{path}: cannot be read: {exception.Message}");
        }
    }
}
