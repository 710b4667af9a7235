/** Adds up, and tells of the sum some times a second and at the end. */
export function meterOf(total: number, tell: (done: number) => void): (more: number) => void {
    let [done, told] = [0, 0];
    return more => {
        done += more;
        const now = performance.now();
        if (now - told < 100 && done < total)
            return;
        told = now;
        tell(done);
    };
}
