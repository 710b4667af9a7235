import { sentence } from "../verification/report.ts";
import { both, bytes, element } from "./dom.ts";
import { pathsOf, type Root } from "./pick.ts";

/** Lets files be dropped on a zone, and shows that while they hover; the browser would go to the file otherwise. */
export function dropZone(zone: HTMLElement, dropped: (transfer: DataTransfer) => Promise<void>): void {
    for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]] as const)
        zone.addEventListener(name, event => {
            event.preventDefault();
            zone.classList.toggle("over", over);
        });
    zone.addEventListener("drop", event => void dropped(event.dataTransfer!));
}

const mostShown = 20;

/** The first files under their paths, then how many there are in all. */
export function pickedList(roots: readonly Root[]): HTMLElement[] {
    const files = pathsOf(roots);
    const shown = files.slice(0, mostShown).map(({ path, blob }) => element("li", {}, element("bdi", {}, path), ` · ${bytes(blob.size)}`));
    const total = bytes(files.reduce((sum, { blob }) => sum + blob.size, 0));
    if (files.length > 1 || (roots.length > 0 && files.length === 0))
        shown.push(element("li", {}, element("strong", {}, both(sentence(`${files.length} files, ${total}`, `共 ${files.length} 个文件，${total}`)))));
    return shown;
}
