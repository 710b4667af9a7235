using System.Buffers.Binary;
using System.Text;

namespace Notary.Core;

/// <summary>
/// Reads the binary format. A timestamp is a list of items, each but the last after a byte FF: <c>00</c> and an
/// attestation (tag 8, length, payload), or an operation's tag, its argument if it takes one, and the timestamp over its
/// result. Numbers are unsigned LEB128. Only lengths are followed on the way: nothing is hashed and no message is made.
/// </summary>
internal sealed class OtsReader
{
    public const string Document = "opentimestamps";

    private const byte AnotherItem = 0xFF;
    private const byte AttestationItem = 0x00;
    private const int TagBytes = 8;

    private readonly ReadOnlyMemory<byte> bytes;
    private int position;
    private int itemsLeft = OtsLimits.Items;

    private OtsReader(ReadOnlyMemory<byte> bytes) => this.bytes = bytes;

    public static DetachedTimestamp ReadFile(ReadOnlyMemory<byte> bytes)
    {
        var (reader, hash, digest) = ReadHead(bytes);
        var timestamp = reader.Timestamp(digest.Length, OtsLimits.PathOperations);
        reader.End();
        return new DetachedTimestamp(hash, digest, timestamp);
    }

    /// <summary>The digest that a file is of; what follows it is not looked at.</summary>
    public static ReadOnlyMemory<byte> ReadDigest(ReadOnlyMemory<byte> bytes) => ReadHead(bytes).Digest;

    private static (OtsReader Reader, OtsOperation Hash, ReadOnlyMemory<byte> Digest) ReadHead(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > OtsLimits.FileBytes)
            throw Malformed(null, $"has {bytes.Length:N0} bytes (limit {OtsLimits.FileBytes:N0})");
        if (!bytes.Span.StartsWith(DetachedTimestamp.Magic))
            throw Malformed("magic", "is not that of a detached timestamp: this is no .ots file, or its beginning is damaged");
        var reader = new OtsReader(bytes) { position = DetachedTimestamp.Magic.Length };
        if (reader.Byte("version") is var version and not DetachedTimestamp.Version)
            throw Malformed("version", $"is {version}; this program knows version {DetachedTimestamp.Version}");
        var tag = reader.Byte("file hash");
        var kind = (OtsOperationKind)tag;
        if (!Enum.IsDefined(kind) || OtsOperation.TakesArgument(kind) || OtsOperation.Create(kind) is not { DigestBytes: { } length } hash)
            throw Malformed("file hash", $"is operation 0x{tag:x2}, which is no hash function");
        return (reader, hash, reader.Take(length, "file digest"));
    }

    public static OtsTimestamp ReadTimestamp(ReadOnlyMemory<byte> bytes, int messageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messageBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageBytes, OtsLimits.MessageBytes);
        if (bytes.Length > OtsLimits.FileBytes)
            throw Malformed(null, $"has {bytes.Length:N0} bytes (limit {OtsLimits.FileBytes:N0})");
        var reader = new OtsReader(bytes);
        var timestamp = reader.Timestamp(messageBytes, OtsLimits.PathOperations);
        reader.End();
        return timestamp;
    }

    private OtsTimestamp Timestamp(int messageBytes, int operationsLeft)
    {
        var attestations = new List<OtsAttestation>();
        var branches = new List<OtsBranch>();
        bool another;
        do
        {
            var tag = Byte("operation");
            another = tag == AnotherItem;
            if (another)
                tag = Byte("operation");
            if (--itemsLeft < 0)
                throw Malformed("operations", $"are more than {OtsLimits.Items:N0} with their attestations");
            if (tag == AttestationItem)
                attestations.Add(Attestation());
            else
                branches.Add(Branch(tag, messageBytes, operationsLeft));
        }
        while (another);
        return new OtsTimestamp(attestations, branches);
    }

    private OtsBranch Branch(byte tag, int messageBytes, int operationsLeft)
    {
        var kind = (OtsOperationKind)tag;
        if (!Enum.IsDefined(kind))
            throw Malformed("operation", $"0x{tag:x2} at byte {position - 1} is not known");
        if (operationsLeft == 0)
            throw Malformed("operations", $"follow one another more than {OtsLimits.PathOperations} times");
        var argument = OtsOperation.TakesArgument(kind) ? Bytes("argument", 1, OtsLimits.MessageBytes) : default;
        var operation = OtsOperation.Create(kind, argument);
        return operation.ResultBytes(messageBytes) is { } length
            ? new OtsBranch(operation, Timestamp(length, operationsLeft - 1))
            : throw Malformed("message", $"would be longer than {OtsLimits.MessageBytes:N0} bytes after the operation at byte {position}");
    }

    private OtsAttestation Attestation()
    {
        var tag = BinaryPrimitives.ReadUInt64BigEndian(Take(TagBytes, "attestation").Span);
        var payload = new OtsReader(Bytes("attestation", 0, OtsLimits.PayloadBytes));
        OtsAttestation attestation;
        switch (tag)
        {
            case PendingAttestation.TagValue:
                var address = Encoding.Latin1.GetString(payload.Bytes("pending attestation", 0, OtsLimits.AddressCharacters).Span);
                if (!PendingAttestation.IsAddress(address))
                    throw Malformed("pending attestation", "names an address with other characters than A-Z, a-z, 0-9, '-', '.', '_', '/', ':'");
                attestation = new PendingAttestation(address);
                break;
            case BitcoinAttestation.TagValue:
                attestation = new BitcoinAttestation(payload.Number("bitcoin attestation"));
                break;
            case LitecoinAttestation.TagValue:
                attestation = new LitecoinAttestation(payload.Number("litecoin attestation"));
                break;
            default:
                return new UnknownAttestation(tag, payload.bytes);
        }

        payload.End("attestation");
        return attestation;
    }

    private ReadOnlyMemory<byte> Bytes(string what, int least, int most)
    {
        var length = Number(what);
        return length >= (ulong)least && length <= (ulong)most
            ? Take((int)length, what)
            : throw Malformed(what, $"has {length} bytes, not {least:N0} to {most:N0}");
    }

    // A number may be written with needless zero groups; the reference takes them too. Ten groups hold 64 bits.
    private ulong Number(string what)
    {
        ulong number = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var group = Byte(what);
            var value = (ulong)(group & 0x7F);
            if (shift == 63 && value > 1)
                break;
            number |= value << shift;
            if (group < 0x80)
                return number;
        }

        throw Malformed(what, "has a number of more than 64 bits");
    }

    private byte Byte(string what) => Take(1, what).Span[0];

    private ReadOnlyMemory<byte> Take(int length, string what)
    {
        if (length > bytes.Length - position)
            throw Malformed(what, $"is cut short: {length} bytes are needed at byte {position} of {bytes.Length}");
        var taken = bytes.Slice(position, length);
        position += length;
        return taken;
    }

    private void End(string what = "end")
    {
        if (position != bytes.Length)
            throw Malformed(what, $"is followed by {bytes.Length - position} more bytes");
    }

    private static MalformedException Malformed(string? field, string problem) => new(Document, field, problem);
}
