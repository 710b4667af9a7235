import { Malformed } from "../core/malformed.ts";
import { sentence } from "../verification/report.ts";
import { dropZone } from "./choose.ts";
import { both, bytes, element, find } from "./dom.ts";
import { refusal } from "./reportView.ts";
import type { Part } from "./worker.ts";

/** A file that the reader brought, whole. */
export interface BroughtFile {
    readonly name: string;
    readonly content: Uint8Array;
}

/** How a file is looked at as soon as it is brought, by the reader that will judge by it. */
export interface Look {
    readonly part: Part;
    /** What the file says, for people to compare; throws Malformed when it cannot be read. */
    readonly contents: (file: Uint8Array) => Node;
}

/**
 * A field for files of the reader's own: chosen or dropped, shown by name, and taken away again. Its markup is an input of the id
 * in an element `<id>-drop` that also holds a list `<id>-picked`.
 */
export class FileField {
    private brought: readonly BroughtFile[] = [];

    /**
     * @param most Bytes of a file at most; of a longer one a byte more is read, so that its reader says that it is too long.
     * @param look A file that it refuses is none; null takes every file.
     */
    constructor(private readonly id: string, private readonly most: number, private readonly look: Look | null = null) {
        const field = this.input;
        field.addEventListener("change", () => void this.take(field.files!));
        dropZone(find(`${id}-drop`), transfer => this.take(transfer.files));
    }

    get files(): readonly BroughtFile[] {
        return this.brought;
    }

    private get input(): HTMLInputElement {
        return find<HTMLInputElement>(this.id);
    }

    private async take(files: FileList): Promise<void> {
        const some = this.input.multiple ? [...files] : [...files].slice(0, 1);
        this.brought = await Promise.all(some.map(async file => ({ name: file.name, content: new Uint8Array(await file.slice(0, this.most + 1).arrayBuffer()) })));
        this.show();
    }

    private show(): void {
        try {
            find(`${this.id}-picked`).replaceChildren(...this.shown());
        } catch (problem) {
            if (!(problem instanceof Malformed))
                throw problem;
            this.brought = [];
            find(`${this.id}-picked`).replaceChildren(element("li", {}, refusal(this.look!.part, problem.message)));
        }
    }

    private shown(): Node[] {
        return this.brought.map(file => {
            const remove = element("button", { type: "button" }, both(sentence("Remove", "移除")));
            remove.addEventListener("click", () => {
                [this.brought, this.input.value] = [this.brought.filter(other => other !== file), ""];
                this.show();
                this.input.focus();
            });
            return element("li", { class: "row" }, element("span", {}, element("bdi", {}, file.name), ` · ${bytes(file.content.length)}`), remove, this.look?.contents(file.content) ?? null);
        });
    }
}
