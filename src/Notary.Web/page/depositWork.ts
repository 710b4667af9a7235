import { find } from "./dom.ts";
import type { Answer, Question } from "./depositWorker.ts";

type Progress = Extract<Answer, { kind: "progress" }>;

/** What became of a question; null when it was stopped. */
export type Outcome = Exclude<Answer, Progress> | null;

/**
 * Asks a worker of its own, which ends with the answer.
 * @param stop Ends the work at once, whatever it is at.
 */
export function ask(question: Question, stop: AbortSignal, progress: (told: Progress) => void = () => {}): Promise<Outcome> {
    const address = URL.createObjectURL(new Blob([find("program").textContent ?? ""], { type: "text/javascript" }));
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    return new Promise<Outcome>(done => {
        const end = (outcome: Outcome): void => {
            worker.terminate();
            done(outcome);
        };
        stop.addEventListener("abort", () => end(null));
        if (stop.aborted)
            return end(null);
        worker.onmessage = (event: MessageEvent<Answer>) => event.data.kind === "progress" ? progress(event.data) : end(event.data);
        worker.onerror = event => {
            event.preventDefault();
            end({ kind: "failed", of: "files", message: event.message || "the worker ended, perhaps for lack of memory" });
        };
        worker.postMessage(question);
    });
}
