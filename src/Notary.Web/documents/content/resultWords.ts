import type { Result } from "../../verification/report.ts";
import { words, type Phrase } from "./document.ts";

/** How a result is spelled for people. What was not checked has not passed, and never has that colour. */
export const resultCell = (result: Result): Phrase => {
    switch (result) {
        case "PASS": return words("PASS", "通过", "good");
        case "FAIL": return words("FAIL", "不通过", "bad");
        case "NOT CHECKED": return words("NOT CHECKED", "未核验", "open");
    }
};
