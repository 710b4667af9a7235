import { compareBytes, equalBytes, hex } from "../core/bytes.ts";
import { apply, type Operation } from "./operation.ts";

/** Who says that a message existed: the claim alone. Of the kinds that there are, those that are neither are passed over. */
export type Attestation =
    | { readonly kind: "pending"; readonly address: string }
    | { readonly kind: "bitcoin"; readonly height: bigint };

export interface Branch {
    readonly operation: Operation;
    readonly rest: Timestamp;
}

/** A message that a timestamp reaches, with what is said of it. */
export interface Claim {
    readonly message: Uint8Array;
    readonly attestation: Attestation;
}

/** A tree of operations over a message that is not part of it; attestations and branches are distinct and in the format's order. */
export interface Timestamp {
    readonly attestations: readonly Attestation[];
    readonly branches: readonly Branch[];
}

/** Branches of one operation become one, all at once: one after the other, a stranger's thousand would be copied a thousand times. */
export function timestampOf(attestations: readonly Attestation[], branches: readonly Branch[]): Timestamp {
    const same = new Map<string, Branch[]>();
    for (const branch of branches) {
        const key = `${branch.operation.kind} ${hex(branch.operation.argument)}`;
        same.get(key)?.push(branch) ?? same.set(key, [branch]);
    }
    return {
        attestations: [...new Map(attestations.map(one => [spelled(one), one])).values()].sort(byFormat),
        branches: [...same.values()].map(merged).sort((a, b) => a.operation.kind - b.operation.kind || compareBytes(a.operation.argument, b.operation.argument)),
    };
}

const merged = (same: readonly Branch[]): Branch => same.length === 1 ? same[0]! : {
    operation: same[0]!.operation,
    rest: timestampOf(same.flatMap(({ rest }) => rest.attestations), same.flatMap(({ rest }) => rest.branches)),
};

const spelled = (one: Attestation): string => one.kind === "bitcoin" ? `bitcoin ${one.height}` : `pending ${one.address}`;

// By tag, then by value: Bitcoin's tag is the lower one.
function byFormat(a: Attestation, b: Attestation): number {
    if (a.kind === "bitcoin")
        return b.kind === "bitcoin" ? (a.height < b.height ? -1 : 1) : -1;
    return b.kind === "bitcoin" ? 1 : a.address < b.address ? -1 : 1;
}

/**
 * Every claim on the ways that come by a message; null when none does. Whichever way goes there counts: no order of the file hides
 * a claim behind another.
 * @param message What the timestamp is over.
 * @param by The message to come by.
 */
export function claimsBy(timestamp: Timestamp, message: Uint8Array, by: Uint8Array): readonly Claim[] | null {
    const claims: Claim[] = [];
    return collect(timestamp, message, by, false, claims) ? claims : null;
}

// A message is computed on the way and not kept: a small file can lead to very many large ones.
function collect({ attestations, branches }: Timestamp, message: Uint8Array, by: Uint8Array, isPast: boolean, claims: Claim[]): boolean {
    isPast ||= equalBytes(message, by);
    if (isPast)
        claims.push(...attestations.map(attestation => ({ message, attestation })));
    let comesBy = isPast;
    for (const { operation, rest } of branches)
        comesBy = collect(rest, apply(operation, message), by, isPast, claims) || comesBy;
    return comesBy;
}
