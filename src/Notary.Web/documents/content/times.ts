import { formatTime } from "../../core/rules.ts";
import { exact, type Phrase } from "./document.ts";

const china = 8 * 3_600_000;
const endOfCalendar = 253_402_300_800_000;

/** A time as two lines of a field: in UTC, and in the time of China, which is UTC+8 without exceptions since 1991. */
export const timeLines = (time: number): Phrase[] => (inChina(time) ? [`${shown(time)} UTC`, `${shown(time + china)} UTC+8`] : [`${shown(time)} UTC`]).map(exact);

/** A time on one line. */
export const timeLine = (time: number): string => timeLines(time).map(line => line.words.en).join(" = ");

const shown = (time: number): string => formatTime(time).slice(0, -1).replace("T", " ");

// The last hours of the year 9999 are a valid time of a text, and have none in China that a calendar of four digits could hold.
const inChina = (time: number): boolean => time + china < endOfCalendar;
