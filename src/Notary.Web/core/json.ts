import { isWellFormed } from "./rules.ts";

export type Json = null | boolean | number | string | Json[] | Map<string, Json>;

const deepest = 16;

/**
 * Strict JSON (RFC 8259): no member twice at any depth, however it is escaped, for two readers would take two different values.
 * The platform's own parser takes the last one.
 * @returns undefined when it is not that.
 */
export function parseJson(text: string): Json | undefined {
    try {
        return new Reader(text).document();
    } catch (problem) {
        if (problem instanceof SyntaxError)
            return undefined;
        throw problem;
    }
}

class Reader {
    private at = 0;
    private depth = 0;

    constructor(private readonly text: string) {
    }

    document(): Json {
        const value = this.value();
        this.space();
        return this.at === this.text.length ? value : this.fail();
    }

    private value(): Json {
        this.space();
        switch (this.text[this.at]) {
            case "{": return this.nested(() => this.object());
            case "[": return this.nested(() => this.array());
            case "\"": return this.string();
            case "t": return this.literal("true", true);
            case "f": return this.literal("false", false);
            case "n": return this.literal("null", null);
            default: return this.number();
        }
    }

    private nested<T>(read: () => T): T {
        if (++this.depth > deepest)
            this.fail();
        this.at++;
        const value = read();
        this.depth--;
        return value;
    }

    private object(): Map<string, Json> {
        const members = new Map<string, Json>();
        this.space();
        if (this.take("}"))
            return members;
        do {
            this.space();
            const name = this.text[this.at] === "\"" ? this.string() : this.fail();
            this.space();
            // Half a character in a name: some readers refuse it, some put another in its place, and then two names may be one.
            if (!isWellFormed(name) || members.has(name) || !this.take(":"))
                this.fail();
            members.set(name, this.value());
            this.space();
        } while (this.take(","));
        return this.take("}") ? members : this.fail();
    }

    private array(): Json[] {
        const elements: Json[] = [];
        this.space();
        if (this.take("]"))
            return elements;
        do {
            elements.push(this.value());
            this.space();
        } while (this.take(","));
        return this.take("]") ? elements : this.fail();
    }

    private string(): string {
        const start = this.at++;
        for (; this.at < this.text.length; this.at++) {
            const character = this.text[this.at]!;
            if (character < " ")
                this.fail();
            if (character === "\\")
                this.at++;
            else if (character === "\"")
                // One string holds no member: here the platform's parser is as strict as it should be.
                return JSON.parse(this.text.slice(start, ++this.at)) as string;
        }
        return this.fail();
    }

    private literal<T>(word: string, value: T): T {
        if (!this.text.startsWith(word, this.at))
            this.fail();
        this.at += word.length;
        return value;
    }

    private number(): number {
        const number = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
        number.lastIndex = this.at;
        const found = number.exec(this.text) ?? this.fail();
        this.at += found[0].length;
        return Number(found[0]);
    }

    private space(): void {
        while (" \t\r\n".includes(this.text[this.at] ?? "x"))
            this.at++;
    }

    private take(character: string): boolean {
        if (this.text[this.at] !== character)
            return false;
        this.at++;
        return true;
    }

    private fail(): never {
        throw new SyntaxError();
    }
}
