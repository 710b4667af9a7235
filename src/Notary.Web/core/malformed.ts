/**
 * What every parser here throws: a text or file that somebody handed in breaks a rule of its format. A bad signature or
 * proof is a verdict, never this.
 */
export class Malformed extends Error {
    /**
     * @param document What was read: `notary.request/v1`, `note`, `certificate`, ...
     * @param field The field or line at fault; null when it is the whole.
     * @param problem What is wrong, with the limit where there is one.
     */
    constructor(readonly document: string, readonly field: string | null, readonly problem: string) {
        super(field === null ? `${document}: ${problem}` : `${document}: ${field}: ${problem}`);
    }
}
