import { whyNot, type KeyChangeProof } from "../core/keyChange.ts";
import { parseKey, type VerifierKey } from "../core/keys.ts";
import { Malformed } from "../core/malformed.ts";
import type { TrustPolicy } from "../core/policy.ts";
import { parseTime } from "../core/rules.ts";

/** A ledger's key that somebody else came to hold, and since when. */
export interface CompromisedKey {
    readonly key: VerifierKey;
    readonly since: number;
}

/** Reads `VKEY@TIME`, one a line. */
export function parseCompromised(text: string): CompromisedKey[] {
    return text.split("\n").map(line => line.trim()).filter(line => line !== "").map(line => {
        const at = line.lastIndexOf("@");
        const [key, since] = [parseKey(line.slice(0, Math.max(at, 0))), parseTime(line.slice(at + 1))];
        if (typeof key === "string" || since === null)
            throw new Malformed("compromised key", null, "is not of the form VKEY@TIME, such as ledger.example.org/main+c2e66373+AQOh...@2026-11-22T00:00:00.000Z");
        return { key, since };
    });
}

/**
 * The ledgers' keys that count in one verification: those of the trust file, and those that follow them by a proven key change. A
 * change is the verifier's own input like the trust file, but it needs no trust: it starts from a key that is trusted already.
 */
export class TrustedKeys {
    /** Why a change was not followed, a clause each. */
    readonly refused: { readonly change: KeyChangeProof; readonly problem: string }[];
    private readonly followed = new Map<string, KeyChangeProof>();

    constructor(private trusted: TrustPolicy, changes: readonly KeyChangeProof[], private readonly compromised: readonly CompromisedKey[]) {
        const waiting = [...changes];
        // In any order: each round takes those that start from a key trusted by now.
        for (let at = this.next(waiting); at >= 0; at = this.next(waiting))
            this.follow(waiting.splice(at, 1)[0]!);
        this.refused = waiting.map(change => ({ change, problem: this.whyNot(change)! }));
    }

    /** The trust file with the keys that follow. */
    get policy(): TrustPolicy {
        return this.trusted;
    }

    /** How a key came to be trusted, or null when the trust file names it. */
    changeTo(key: VerifierKey): KeyChangeProof | null {
        return this.followed.get(key.text) ?? null;
    }

    /** Since when the key's signature alone shows nothing any more, or null. */
    compromisedSince(key: VerifierKey): number | null {
        return this.compromised.find(other => other.key.text === key.text)?.since ?? null;
    }

    private next(waiting: readonly KeyChangeProof[]): number {
        return waiting.findIndex(change => this.whyNot(change) === null);
    }

    // A thief signs key changes as easily as checkpoints: after a theft the new key is learned from the operator only.
    private whyNot(change: KeyChangeProof): string | null {
        return this.compromisedSince(change.change.old) === null
            ? whyNot(change, this.trusted)
            : "starts from a key that was compromised: learn the new key from the operator";
    }

    private follow(proof: KeyChangeProof): void {
        const { next } = proof.change;
        // One that the trust file names itself stays the trust file's.
        if (this.trusted.logs.some(key => key.text === next.text))
            return;
        this.followed.set(next.text, proof);
        this.trusted = { ...this.trusted, logs: [...this.trusted.logs, next] };
    }
}
