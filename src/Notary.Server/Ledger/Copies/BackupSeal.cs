using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The last 4,096 bytes of a backup, after the bytes of its database: what it is, the database's length and SHA-256, the
/// key file if it was asked for, and a checksum over these lines; padded with line feeds. Since it stands behind the
/// database's last page, the whole file is also a database that SQLite opens.
/// </summary>
/// <param name="Origin">The ledger.</param>
/// <param name="Entries">How far the backup goes.</param>
/// <param name="Taken">When, by the clock of the machine that took it.</param>
/// <param name="Length">Bytes of the database.</param>
/// <param name="Database">SHA-256 over them.</param>
/// <param name="KeyFile">The bytes of the ledger's key file; null: the key is kept apart.</param>
internal sealed record BackupSeal(string Origin, ulong Entries, DateTimeOffset Taken, long Length, Hash Database, byte[]? KeyFile)
{
    public const int Size = 4_096;

    private const string Magic = "notary.backup/v1";
    private const int BufferSize = 1 << 20;

    /// <summary>SHA-256 over the first bytes of a file, which are handed on as they are read.</summary>
    public static Hash HashOf(Stream file, long length, Action<ReadOnlyMemory<byte>>? each, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        while (length > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = file.Read(buffer, 0, (int)Math.Min(length, buffer.Length));
            if (read == 0)
                throw new EndOfStreamException("the file became shorter while it was read");
            hash.AppendData(buffer, 0, read);
            each?.Invoke(buffer.AsMemory(0, read));
            length -= read;
        }

        return new Hash(hash.GetHashAndReset());
    }

    /// <summary>The seal of a backup; the database's hash is not compared with it yet.</summary>
    /// <exception cref="LedgerRefusedException">The file does not end in an intact seal.</exception>
    public static BackupSeal Read(string path, FileStream file)
    {
        var bytes = new byte[Size];
        if (file.Length >= Size)
        {
            file.Seek(-Size, SeekOrigin.End);
            file.ReadExactly(bytes);
            file.Seek(0, SeekOrigin.Begin);
        }

        if (Parse(Encoding.ASCII.GetString(bytes)) is { } seal && seal.Length == file.Length - Size)
            return seal;
        throw new LedgerRefusedException(
            $"{path} does not end like a backup: it is something else, or was cut off or changed", "give a file that 'notary backup' wrote") { IsVerdict = true };
    }

    public byte[] ToBytes()
    {
        var lines = string.Create(
            CultureInfo.InvariantCulture,
            $"{Magic}\nledger {Origin}\nentries {Entries}\ntaken {Timestamp.Format(Taken)}\ndatabase {Length} {Database}\n");
        if (KeyFile is not null)
            lines += $"key {Convert.ToBase64String(KeyFile)}\n";
        lines += $"seal {Hash.Of(Encoding.ASCII.GetBytes(lines))}\n";
        return Encoding.ASCII.GetBytes(lines.PadRight(Size, '\n'));
    }

    private static BackupSeal? Parse(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var values = lines.Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]).ToArray();
        if (lines.Length is < 6 or > 7 || values[4].Split(' ') is not [var length, var hash]
            || !ulong.TryParse(values[2], NumberStyles.None, CultureInfo.InvariantCulture, out var entries)
            || !Timestamp.TryParse(values[3], out var taken)
            || !long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            || !Hash.TryParseHex(hash, out var database))
            return null;
        var key = new byte[Size];
        var keySize = 0;
        if (lines.Length == 7 && !Convert.TryFromBase64String(values[5], key, out keySize))
            return null;
        var seal = new BackupSeal(values[1], entries, taken, bytes, database, lines.Length == 7 ? key[..keySize] : null);
        // The one spelling, checksum included, or it is none.
        return Encoding.ASCII.GetString(seal.ToBytes()) == text ? seal : null;
    }
}
