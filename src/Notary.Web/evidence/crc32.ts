const crcTable = Uint32Array.from({ length: 256 }, (_, value) => {
    for (let bit = 0; bit < 8; bit++)
        value = value & 1 ? 0xEDB88320 ^ value >>> 1 : value >>> 1;
    return value >>> 0;
});

/** CRC-32 of what was hashed to `crc` before, and then these bytes; begins with 0. */
export function crc32(crc: number, bytes: Uint8Array): number {
    crc = ~crc;
    for (let i = 0; i < bytes.length; i++)
        crc = crcTable[(crc ^ bytes[i]!) & 0xFF]! ^ crc >>> 8;
    return ~crc >>> 0;
}
