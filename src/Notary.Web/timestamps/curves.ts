import { weierstrass, type WeierstrassPointCons } from "@noble/curves/abstract/weierstrass.js";
import { natural } from "./der.ts";

/** The curves of FIPS 186 by their object identifiers; others are not known here. */
const parameters: Readonly<Record<string, () => WeierstrassPointCons<bigint>>> = {
    "1.2.840.10045.3.1.7": () => weierstrass({
        p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
        n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
        h: 1n,
        a: 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffcn,
        b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
        Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
        Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    }),
    "1.3.132.0.34": () => weierstrass({
        p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
        n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
        h: 1n,
        a: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffcn,
        b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
        Gx: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
        Gy: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    }),
    "1.3.132.0.35": () => weierstrass({
        p: (1n << 521n) - 1n,
        n: 0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
        h: 1n,
        a: (1n << 521n) - 4n,
        b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
        Gx: 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
        Gy: 0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
    }),
};

const made = new Map<string, WeierstrassPointCons<bigint>>();

/** The curve of that name; null when it is not known. */
export function curveOf(oid: string): WeierstrassPointCons<bigint> | null {
    const make = Object.hasOwn(parameters, oid) ? parameters[oid]! : null;
    if (make !== null && !made.has(oid))
        made.set(oid, make());
    return made.get(oid) ?? null;
}

/** ECDSA (SEC 1, 4.1.4) of a digest; any fault of key or signature is false. */
export function verifyEcdsa(Curve: WeierstrassPointCons<bigint>, key: Uint8Array, digest: Uint8Array, r: bigint, s: bigint): boolean {
    const { Fn } = Curve;
    if (r <= 0n || s <= 0n || r >= Fn.ORDER || s >= Fn.ORDER)
        return false;
    try {
        const excess = 8 * digest.length - Fn.BITS;
        const hashed = excess > 0 ? natural(digest) >> BigInt(excess) : natural(digest);
        const inverse = Fn.inv(s);
        const [u, v] = [Fn.mul(Fn.create(hashed), inverse), Fn.mul(r, inverse)];
        const point = Curve.BASE.multiplyUnsafe(u).add(Curve.fromBytes(key).multiplyUnsafe(v));
        return !point.is0() && Fn.create(point.toAffine().x) === r;
    } catch {
        return false;
    }
}

export function isOnCurve(Curve: WeierstrassPointCons<bigint>, key: Uint8Array): boolean {
    try {
        Curve.fromBytes(key);
        return true;
    } catch {
        return false;
    }
}
