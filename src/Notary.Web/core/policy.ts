import { decimal, decodeUtf8, equalBytes } from "./bytes.ts";
import { KeyAlgorithm, parseKey, type VerifierKey } from "./keys.ts";
import { Limits } from "./limits.ts";
import { Malformed } from "./malformed.ts";
import { checkNote, type SignedNote } from "./notes.ts";
import { escape, isOrigin } from "./rules.ts";

export interface PolicyWitness {
    readonly name: string;
    readonly key: VerifierKey;
}

interface PolicyGroup {
    readonly name: string;
    readonly threshold: number;
    readonly members: readonly string[];
}

/** Whom a verifier trusts (C2SP tlog-policy): the verifier's own file; one that comes with evidence is a forger's word for himself. */
export interface TrustPolicy {
    readonly logs: readonly VerifierKey[];
    readonly witnesses: readonly PolicyWitness[];
    readonly groups: readonly PolicyGroup[];
    /** Witness or group that must have witnessed a checkpoint; null is `quorum none`. */
    readonly quorum: string | null;
}

/** @throws Malformed naming the line. */
export function parsePolicy(file: Uint8Array): TrustPolicy {
    if (file.length > Limits.policyBytes)
        throw malformed(0, null, `is longer than ${Limits.policyBytes} bytes`);
    const text = decodeUtf8(file);
    if (text === null)
        throw malformed(0, null, "is not UTF-8");
    return new PolicyReader().read(text);
}

/** Whether enough witnesses have cosigned the note. A bad cosignature in the name of one that the policy knows condemns it, quorum or not. */
export function isWitnessed(policy: TrustPolicy, note: SignedNote): boolean {
    const results = policy.witnesses.map(({ name, key }) => ({ name, result: checkNote(note, key) }));
    return results.every(({ result }) => result !== "invalid") && quorumMet(policy, results.flatMap(({ name, result }) => result === "valid" ? name : []));
}

/** Whether these witnesses, each by its name in the policy, make up the quorum; under `quorum none` always. */
export function quorumMet(policy: TrustPolicy, cosigners: Iterable<string>): boolean {
    if (policy.quorum === null)
        return true;
    const witnessed = new Set(cosigners);
    // A group names only what stands above it, so one pass from the top decides them all.
    for (const group of policy.groups) {
        if (group.members.filter(member => witnessed.has(member)).length >= group.threshold)
            witnessed.add(group.name);
    }
    return witnessed.has(policy.quorum);
}

const malformed = (line: number, field: string | null, problem: string): Malformed =>
    new Malformed("trust policy", line === 0 ? field : `line ${line}${field === null ? "" : `: ${field}`}`, problem);

/** Every rule that could make two readers understand one file differently is an error that names its line. */
class PolicyReader {
    private readonly logs: VerifierKey[] = [];
    private readonly witnesses: PolicyWitness[] = [];
    private readonly groups: PolicyGroup[] = [];
    private readonly names = new Set<string>();
    // A name is a member of one group at most, so that no witness counts twice.
    private readonly members = new Set<string>();
    private quorum: string | null | undefined;
    private line = 0;

    read(text: string): TrustPolicy {
        if (!text.endsWith("\n"))
            throw malformed(0, null, "does not end in a line feed: it is empty or was cut off");
        for (const content of text.slice(0, -1).split("\n")) {
            this.line++;
            this.refuseControls(content);
            const words = content.split(/[ \t]+/).filter(word => word !== "");
            if (words.length > 0 && !words[0]!.startsWith("#"))
                this.readLine(words as [string, ...string[]]);
        }
        if (this.quorum === undefined)
            throw malformed(0, "quorum", "is missing; write 'quorum none' to ask for no cosignatures");
        return { logs: this.logs, witnesses: this.witnesses, groups: this.groups, quorum: this.quorum };
    }

    private refuseControls(content: string): void {
        const control = /[\u0000-\u0008\u000a-\u001f\u007f]/.exec(content)?.[0];
        if (control === "\r")
            this.fail(null, "holds a carriage return; lines end in a line feed alone");
        if (control !== undefined)
            this.fail(null, `holds the control character U+${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
    }

    private readLine(words: [string, ...string[]]): void {
        switch (words[0]) {
            case "log": return this.readLog(words);
            case "witness": return this.readWitness(words);
            case "group": return this.readGroup(words);
            case "quorum": return this.readQuorum(words);
            default: this.fail(null, "begins with none of log, witness, group, quorum, #");
        }
    }

    private readLog(words: readonly string[]): void {
        this.requireLength(words, 2, 3, "log <vkey> [<url>]");
        const key = this.readKey(words[1]!, KeyAlgorithm.ed25519, "a ledger's key is of type 0x01, Ed25519");
        if (!isOrigin(key.name))
            this.fail("key", "has a name that is no ledger's origin: 1 to 255 characters of [a-z0-9./:-]");
        if (this.logs.some(log => sameKey(log, key)))
            this.fail("key", "is the key of a log above");
        this.refuseOwnWitness(this.witnesses.some(witness => sameKey(witness.key, key)));
        this.logs.push(key);
        this.requireRoom(this.logs, "logs");
    }

    private readWitness(words: readonly string[]): void {
        this.requireLength(words, 3, 4, "witness <name> <vkey> [<url>]");
        const key = this.readKey(words[2]!, KeyAlgorithm.cosignature, "a witness's key is of type 0x04, cosignature");
        // One key under two names would count twice in a quorum.
        if (this.witnesses.some(witness => sameKey(witness.key, key)))
            this.fail("key", "is the key of a witness above");
        this.refuseOwnWitness(this.logs.some(log => sameKey(log, key)));
        this.define(words[1]!);
        this.witnesses.push({ name: words[1]!, key });
        this.requireRoom(this.witnesses, "witnesses");
    }

    private readGroup(words: readonly string[]): void {
        this.requireLength(words, 4, Infinity, "group <name> all|any|<k> <member>...");
        const members = words.slice(3);
        for (const member of members) {
            this.requireDefined(member);
            if (this.members.has(member))
                this.fail("member", `'${escape(member)}' is a member already; a name is in one group at most, once`);
            this.members.add(member);
        }
        // Defined after its members: a group is not its own member.
        this.define(words[1]!);
        this.groups.push({ name: words[1]!, threshold: this.readThreshold(words[2]!, members.length), members });
        this.requireRoom(this.groups, "groups");
    }

    private readThreshold(word: string, size: number): number {
        if (word === "all" || word === "any")
            return word === "all" ? size : 1;
        const k = decimal(word);
        return k !== null && k >= 1n && k <= BigInt(size) ? Number(k) : this.fail("threshold", `is not all, any or a number from 1 to ${size}`);
    }

    private readQuorum(words: readonly string[]): void {
        this.requireLength(words, 2, 2, "quorum <name>|none");
        if (this.quorum !== undefined)
            this.fail("quorum", "is the second; a policy has exactly one");
        if (words[1] !== "none")
            this.requireDefined(words[1]!);
        this.quorum = words[1] === "none" ? null : words[1]!;
    }

    private readKey(vkey: string, algorithm: number, expected: string): VerifierKey {
        const key = parseKey(vkey);
        if (typeof key === "string")
            return this.fail("key", key);
        return key.algorithm === algorithm ? key : this.fail("key", `is of another type: ${expected}`);
    }

    // Stricter than tlog-policy: a ledger that cosigns its own checkpoints would count as an independent time.
    private refuseOwnWitness(same: boolean): void {
        if (same)
            this.fail("key", "is the key of a log and of a witness; a ledger is no witness of itself");
    }

    private define(name: string): void {
        if (name === "none")
            this.fail("name", "'none' is reserved");
        if (this.names.has(name))
            this.fail("name", `'${escape(name)}' is defined above already`);
        this.names.add(name);
    }

    private requireDefined(name: string): void {
        if (!this.names.has(name))
            this.fail("name", `'${escape(name)}' is no witness or group of a line above`);
    }

    private requireLength(words: readonly string[], least: number, most: number, form: string): void {
        if (words.length < least || words.length > most)
            this.fail(null, `is not of the form '${form}'`);
    }

    private requireRoom(all: readonly unknown[], what: string): void {
        if (all.length > Limits.policyOfAKind)
            this.fail(null, `is one more than ${Limits.policyOfAKind} ${what}`);
    }

    private fail(field: string | null, problem: string): never {
        throw malformed(this.line, field, problem);
    }
}

const sameKey = (one: VerifierKey, other: VerifierKey): boolean => equalBytes(one.publicKey, other.publicKey);
