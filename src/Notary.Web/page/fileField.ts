import { sentence } from "../verification/report.ts";
import { dropZone } from "./choose.ts";
import { both, bytes, element, find } from "./dom.ts";

/** A file that the reader brought, whole. */
export interface BroughtFile {
    readonly name: string;
    readonly content: Uint8Array;
}

/**
 * A field for files of the reader's own: chosen or dropped, shown by name, and taken away again. Its markup is an input of the id
 * in an element `<id>-drop` that also holds a list `<id>-picked`.
 */
export class FileField {
    private brought: readonly BroughtFile[] = [];

    /**
     * @param most Bytes of a file at most; of a longer one a byte more is read, so that its reader says that it is too long.
     * @param changed Called after each change.
     */
    constructor(private readonly id: string, private readonly most: number, private readonly changed: () => void = () => {}) {
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
        find(`${this.id}-picked`).replaceChildren(...this.brought.map(file => {
            const remove = element("button", { type: "button" }, both(sentence("Remove", "移除")));
            remove.addEventListener("click", () => {
                [this.brought, this.input.value] = [this.brought.filter(other => other !== file), ""];
                this.show();
                this.input.focus();
            });
            return element("li", { class: "row" }, element("span", {}, element("bdi", {}, file.name), ` · ${bytes(file.content.length)}`), remove);
        }));
        this.changed();
    }
}
