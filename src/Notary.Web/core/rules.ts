import { utf8Length } from "./bytes.ts";
import { Limits } from "./limits.ts";

// Written as numbers: as characters some of them could not be seen here, and the direction marks would reorder this line.
const forbidden = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;
const directionMark = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const shownEscaped = new RegExp(`${forbidden.source}|${directionMark.source}|${lone.source}`, "g");

export const isOrigin = (value: string): boolean => value.length <= Limits.originBytes && /^[a-z0-9./:-]+$/.test(value);

export const isAccount = (value: string): boolean => value.length <= Limits.accountCharacters && /^[a-z0-9-]+$/.test(value);

export const isKind = (value: string): boolean => value.length <= Limits.kindCharacters && /^[a-z0-9-]+$/.test(value);

export const isWellFormed = (value: string): boolean => !lone.test(value);

const code = (character: string): string => character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");

/** What is wrong with a value of free text, or null: empty, a space at an end, a forbidden character. */
export function textProblem(value: string): string | null {
    if (value.length === 0)
        return "is empty";
    if (value.startsWith(" ") || value.endsWith(" "))
        return "begins or ends with a space";
    const bad = forbidden.exec(value);
    if (bad)
        return `holds the forbidden character U+${code(bad[0])}`;
    return isWellFormed(value) ? null : "holds an unpaired surrogate";
}

/** The same for what people read: no direction marks, and a length in code points. */
export function titleProblem(value: string, characters: number): string | null {
    const problem = textProblem(value);
    if (problem)
        return problem;
    const mark = directionMark.exec(value);
    if (mark)
        return `holds the direction mark U+${code(mark[0])}`;
    const length = [...value].length;
    return length <= characters ? null : `has ${length} characters (limit ${characters})`;
}

/** What is wrong with an item's path, or null. */
export function pathProblem(value: string): string | null {
    const problem = textProblem(value);
    if (problem)
        return problem;
    if (value.includes("\\"))
        return "holds a backslash";
    const bytes = utf8Length(value);
    if (bytes > Limits.pathBytes)
        return `has ${bytes} bytes (limit ${Limits.pathBytes})`;
    for (const segment of value.split("/")) {
        if (segment === "" || segment === "." || segment === "..")
            return "has an empty, '.' or '..' segment";
        if (segment.startsWith(" ") || segment.endsWith(" "))
            return "has a name that begins or ends with a space";
    }
    return null;
}

/** The value with every forbidden character, direction mark and half character as `\u{hex}`: it must not reorder a page. */
export const escape = (value: string): string =>
    value.replace(shownEscaped, character => `\\u{${character.charCodeAt(0).toString(16)}}`);

/** A time as milliseconds since 1970, from its one spelling `yyyy-MM-ddTHH:mm:ss.fffZ`; else null. */
export function parseTime(text: string): number | null {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) || text.startsWith("0000"))
        return null;
    const time = Date.parse(text);
    // The platform takes the 30th of February for the 2nd of March.
    return !Number.isNaN(time) && formatTime(time) === text ? time : null;
}

export const formatTime = (time: number): string => new Date(time).toISOString();

/** A time to the minute, for readers who do not compare milliseconds. */
export const minute = (time: number): string => `${formatTime(time).slice(0, 16).replace("T", " ")} UTC`;

/** A lower-case uuid of version 7 with its time rounded down to the minute. */
export const isDepositId = (text: string): boolean =>
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text)
    && parseInt(text.slice(0, 8) + text.slice(9, 13), 16) % 60_000 === 0;
