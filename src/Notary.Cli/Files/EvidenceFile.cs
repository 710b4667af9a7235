using System.Security.Cryptography;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary>Evidence and certificates that are given to be read: a stranger's files.</summary>
internal static class EvidenceFile
{
    /// <exception cref="CliException">It cannot be read, or breaks the format.</exception>
    public static Evidence Read(string path, CancellationToken cancellation) => Read(path, stream => Evidence.Read(stream, cancellation));

    /// <summary>The evidence, and the very file that it was read from, as a report names it: without the folders of this machine.</summary>
    /// <exception cref="CliException">It cannot be read, or breaks the format.</exception>
    public static (Evidence Evidence, NamedFile File) ReadNamed(string path, CancellationToken cancellation) => Read(path, stream =>
    {
        var evidence = Evidence.Read(stream, cancellation);
        stream.Position = 0;
        return (evidence, new NamedFile(Path.GetFileName(path), new Hash(SHA256.HashData(stream))));
    });

    /// <summary>The same by a reader of the caller's.</summary>
    /// <exception cref="CliException">It cannot be read, or breaks the format.</exception>
    public static T Read<T>(string path, Func<Stream, T> read)
    {
        using var stream = InputFile.Open(path, "evidence or a certificate");
        try
        {
            return read(stream);
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
