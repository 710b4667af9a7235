/** A document that somebody picked or dropped, under the path that a deposit of the same would write. */
export interface Picked {
    readonly path: string;
    readonly blob: File;
}

/** A file, or a folder with what is in it. */
export interface Root {
    readonly name: string;
    readonly isFolder: boolean;
    /** Paths inside the folder; of a file its name. */
    readonly files: readonly Picked[];
}

/**
 * All documents under one naming, which is that of a deposit: relative to the one folder given; of several roots each folder's own
 * name comes first.
 */
export const pathsOf = (roots: readonly Root[]): Picked[] => roots.flatMap(root =>
    root.isFolder && roots.length > 1 ? root.files.map(({ path, blob }) => ({ path: `${root.name}/${path}`, blob })) : root.files);

/** What an `<input type="file">` holds, with or without `webkitdirectory`. */
export function rootsOfInput(files: FileList): Root[] {
    const folders = new Map<string, Picked[]>();
    const roots: Root[] = [];
    for (const blob of files) {
        const path = pathOf(blob);
        const slash = path.indexOf("/");
        if (slash < 0) {
            roots.push({ name: blob.name, isFolder: false, files: [{ path: blob.name, blob }] });
            continue;
        }
        const name = path.slice(0, slash);
        if (!folders.has(name)) {
            folders.set(name, []);
            roots.push({ name, isFolder: true, files: folders.get(name)! });
        }
        folders.get(name)!.push({ path: path.slice(slash + 1), blob });
    }
    return roots;
}

// In the path a browser writes a name's backslash as a slash, and another document's name would be told; the name itself it keeps.
const pathOf = ({ webkitRelativePath: path, name }: File): string => path === "" ? "" : path.slice(0, -name.length) + name;

/** What was dropped, folders walked. */
export async function rootsOfDrop(transfer: DataTransfer): Promise<Root[]> {
    // Asked for at once: the list is gone after the event.
    const entries = [...transfer.items].filter(item => item.kind === "file").map(item => item.webkitGetAsEntry()).filter(entry => entry !== null);
    return Promise.all(entries.map(async entry => ({ name: entry.name, isFolder: entry.isDirectory, files: await walk(entry, "") })));
}

async function walk(entry: FileSystemEntry, folder: string): Promise<Picked[]> {
    const path = folder + entry.name;
    if (entry.isFile)
        return [{ path: strip(path), blob: await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed)) }];
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    const found: Picked[] = [];
    // The platform hands out a hundred at a time, and an empty list at the end.
    for (;;) {
        const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
        if (some.length === 0)
            return found;
        for (const child of some)
            found.push(...await walk(child, path + "/"));
    }

    // The root's own name is added again where there are several.
    function strip(whole: string): string {
        return folder === "" ? whole : whole.slice(whole.indexOf("/") + 1);
    }
}
