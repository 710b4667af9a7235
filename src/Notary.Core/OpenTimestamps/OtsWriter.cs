using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Notary.Core;

/// <summary>Writes the binary format, see <see cref="OtsReader"/>: attestations first, then branches, each in its order.</summary>
internal static class OtsWriter
{
    public static byte[] WriteFile(DetachedTimestamp file)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(DetachedTimestamp.Magic);
        Write(output, DetachedTimestamp.Version);
        Write(output, (byte)file.FileHash.Kind);
        output.Write(file.Digest.Span);
        return Finish(output, file.Timestamp, file.Digest.Length);
    }

    public static byte[] WriteTimestamp(OtsTimestamp timestamp, int messageBytes) => Finish(new ArrayBufferWriter<byte>(), timestamp, messageBytes);

    private static byte[] Finish(ArrayBufferWriter<byte> output, OtsTimestamp timestamp, int messageBytes)
    {
        if (!timestamp.Fits(messageBytes))
            throw new InvalidOperationException($"A timestamp has paths of {OtsLimits.PathOperations} operations and messages of {OtsLimits.MessageBytes:N0} bytes at most.");
        Write(output, timestamp);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> output, OtsTimestamp timestamp)
    {
        var left = timestamp.Attestations.Count + timestamp.Branches.Count;
        foreach (var attestation in timestamp.Attestations)
        {
            if (--left > 0)
                Write(output, 0xFF);
            Write(output, 0x00);
            Write(output, attestation);
        }

        foreach (var (operation, rest) in timestamp.Branches)
        {
            if (--left > 0)
                Write(output, 0xFF);
            Write(output, (byte)operation.Kind);
            if (operation.IsBinary)
                WriteBytes(output, operation.Argument.Span);
            Write(output, rest);
        }
    }

    private static void Write(ArrayBufferWriter<byte> output, OtsAttestation attestation)
    {
        BinaryPrimitives.WriteUInt64BigEndian(output.GetSpan(sizeof(ulong)), attestation.Tag);
        output.Advance(sizeof(ulong));
        var payload = new ArrayBufferWriter<byte>();
        switch (attestation)
        {
            case PendingAttestation pending:
                WriteBytes(payload, Encoding.ASCII.GetBytes(pending.Address));
                break;
            case BitcoinAttestation bitcoin:
                WriteNumber(payload, bitcoin.Height);
                break;
            case LitecoinAttestation litecoin:
                WriteNumber(payload, litecoin.Height);
                break;
            case UnknownAttestation unknown:
                payload.Write(unknown.Payload.Span);
                break;
        }

        WriteBytes(output, payload.WrittenSpan);
    }

    private static void WriteBytes(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        WriteNumber(output, (ulong)bytes.Length);
        output.Write(bytes);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> output, ulong number)
    {
        for (; number > 0x7F; number >>= 7)
            Write(output, (byte)(0x80 | (number & 0x7F)));
        Write(output, (byte)number);
    }

    private static void Write(ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
