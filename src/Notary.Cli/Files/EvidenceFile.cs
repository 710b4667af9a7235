using System.Security.Cryptography;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary>Evidence and certificates that are given to be read: a stranger's files.</summary>
internal static class EvidenceFile
{
    /// <exception cref="CliException">It cannot be read, or breaks the format.</exception>
    public static Evidence Read(string path, CancellationToken cancellation) => Read(path, stream => Evidence.Read(stream, cancellation));

    /// <summary>
    /// The evidence, also of a certificate.pdf, and the very file that it was read from, as a report names it: without the
    /// folders of this machine.
    /// </summary>
    /// <exception cref="CliException">It cannot be read, or breaks the format.</exception>
    public static (Evidence Evidence, NamedFile File, CertificatePdfFile? Pdf) ReadNamed(string path, CancellationToken cancellation) => Read(path, stream =>
    {
        var pdf = ReadPdf(stream, cancellation);
        var evidence = pdf?.Evidence ?? Evidence.Read(stream, cancellation);
        stream.Position = 0;
        return (evidence, new NamedFile(Path.GetFileName(path), new Hash(SHA256.HashData(stream))), pdf);
    });

    /// <summary>The same by a reader of the caller's.</summary>
    /// <exception cref="CliException">It cannot be read, or breaks the format.</exception>
    public static T Read<T>(string path, Func<FileStream, T> read)
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

    /// <summary>
    /// Puts evidence in the place of the file that it was read from, as a package or a certificate alone as before. At every
    /// moment, also after a power cut, the old or the new one is there whole.
    /// </summary>
    /// <exception cref="CliException">It cannot be written; the old file is as it was.</exception>
    public static void Replace(string path, Evidence evidence)
    {
        try
        {
            // A link stays one: what it leads to is replaced.
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            var json = IsJson(target) ? evidence.Certificate.ToJson() : null;
            DurableFile.Replace(target, DurableFile.Private, stream =>
            {
                if (json is null)
                    evidence.Write(stream);
                else
                    stream.Write(json);
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"{path}: cannot be written: {FileSource.Reason(exception)}", "it is as it was before");
        }
    }

    /// <summary>Null when it is no PDF at all; then the stream is at its start.</summary>
    private static CertificatePdfFile? ReadPdf(FileStream stream, CancellationToken cancellation)
    {
        var start = new byte[8];
        var isPdf = CertificatePdfFile.IsPdf(start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
        stream.Position = 0;
        if (!isPdf)
            return null;
        if (stream.Length > CertificatePdfFile.MaxBytes)
            throw new MalformedException("certificate.pdf", null, $"has {stream.Length:N0} bytes (limit {CertificatePdfFile.MaxBytes:N0})");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return CertificatePdfFile.Read(bytes, cancellation);
    }

    private static bool IsJson(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() != 'P';
    }
}
