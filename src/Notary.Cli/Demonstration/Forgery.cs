using Notary.Core;

namespace Notary.Cli;

/// <summary>What somebody might try, for the demonstration that it does not work.</summary>
internal static class Forgery
{
    /// <summary>A copy of a document with one byte changed.</summary>
    /// <returns>The copy's path.</returns>
    public static string OfDocument(string path, string folder)
    {
        Directory.CreateDirectory(folder);
        var copy = Path.Join(folder, Path.GetFileName(path));
        File.Copy(path, copy);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(copy, DurableFile.Private);
        using var stream = new FileStream(copy, FileMode.Open, FileAccess.ReadWrite);
        var last = Math.Max(0, stream.Length - 1);
        stream.Position = last;
        var changed = (byte)((stream.ReadByte() & 0xFF) ^ 1);
        stream.Position = last;
        stream.WriteByte(changed);
        return copy;
    }

    /// <summary>The certificate with a statement that claims to be an hour older.</summary>
    public static Certificate OfTime(Certificate certificate)
    {
        var statement = Statement.Parse(certificate.Statement);
        return certificate with { Statement = (statement with { Received = statement.Received.AddHours(-1) }).ToText() };
    }
}
