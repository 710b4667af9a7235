/** The numbers of font files and colour profiles, most significant byte first. */
export const uint16 = (bytes: Uint8Array, at: number): number => bytes[at]! << 8 | bytes[at + 1]!;

export const int16 = (bytes: Uint8Array, at: number): number => uint16(bytes, at) << 16 >> 16;

export const int32 = (bytes: Uint8Array, at: number): number => uint16(bytes, at) << 16 | uint16(bytes, at + 2);

export function putUint16(bytes: Uint8Array, at: number, value: number): void {
    bytes[at] = value >> 8;
    bytes[at + 1] = value;
}

export const bytesOfUint16 = (values: readonly number[]): Uint8Array => Uint8Array.from(values.flatMap(value => [value >> 8, value]));

export const bytesOfInt32 = (values: readonly number[]): Uint8Array =>
    Uint8Array.from(values.flatMap(value => [value >> 24, value >> 16, value >> 8, value]));

/** The bytes and zeros behind them, as a whole number of words of four bytes. */
export function padded(bytes: Uint8Array): Uint8Array {
    const words = new Uint8Array(bytes.length + 3 & ~3);
    words.set(bytes);
    return words;
}
