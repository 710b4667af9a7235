const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/**
 * Whether the check character of a unified social credit code is right (GB 32100-2015: 17 characters and one); that says nothing on
 * whose code it is, or whether it was ever given out.
 */
export function isCreditCode(code: string): boolean {
    if (code.length !== 18)
        return false;
    let [sum, weight] = [0, 1];
    for (const character of code.slice(0, -1)) {
        const value = alphabet.indexOf(character);
        if (value < 0)
            return false;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    return code[17] === alphabet[(31 - sum % 31) % 31];
}
