const reasons = new Set<string>();

const hold = (event: BeforeUnloadEvent): void => event.preventDefault();

/** While something would be lost with the page, the browser asks before it closes it. */
export function holdPage(reason: string, isHeld: boolean): void {
    if (isHeld)
        reasons.add(reason);
    else
        reasons.delete(reason);
    window.removeEventListener("beforeunload", hold);
    if (reasons.size > 0)
        window.addEventListener("beforeunload", hold);
}
