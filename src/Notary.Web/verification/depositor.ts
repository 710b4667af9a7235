import { sha256, utf8 } from "../core/bytes.ts";
import { KeyAlgorithm, type VerifierKey } from "../core/keys.ts";
import { checkNote, type SignedNote } from "../core/notes.ts";
import { fail, notChecked, pass, sentence, type Check, type Sentence } from "./report.ts";
import type { CertificateTexts } from "./texts.ts";

/** Whether the private texts are those that the public entry was made from, and agree (check 3). */
export function checkClaims(texts: CertificateTexts): Check {
    if (texts.statement.value === null)
        return notChecked("claims", "There is no deposit's statement to compare with.", "没有可比对的存证记录。");
    if (texts.claims.withheld && !texts.request.withheld)
        return fail(
            "claims",
            "The certificate holds a request without the claims that tie it to the statement.",
            "证书含有存证请求，却没有将其与存证记录相连的声明文本。");
    if (texts.claims.withheld)
        return notChecked(
            "claims",
            "Claims and request are withheld: who deposited was not checked.",
            "声明文本与存证请求均未提供：未核验存证人是谁。");
    const problem = claimsProblem(texts) ?? requestProblem(texts);
    if (problem !== null)
        return { name: "claims", result: "FAIL", reason: problem };
    if (texts.request.value === null)
        return notChecked(
            "claims",
            "The claims are those of the statement; the request is withheld, so whether they agree with it was not checked.",
            "声明文本与存证记录相符；存证请求未提供，因此未核验二者是否一致。");
    const { account } = texts.claims.value!;
    return pass(
        "claims",
        `The claims are those of the statement and the request that of the claims; account '${account}', ledger, deposit and commitment agree.`,
        `声明文本与存证记录相符，存证请求与声明文本相符；账户“${account}”、账本、存证编号和承诺值均一致。`);
}

function claimsProblem(texts: CertificateTexts): Sentence | null {
    // The hash is of the text itself; the parser's word comes second, as a text that hashes right was the server's.
    if (sha256(utf8(texts.claimsSource!)) !== texts.statement.value!.claims)
        return sentence("The claims text is not the one whose hash the statement holds.", "声明文本的摘要与存证记录所载不同。");
    const { problem } = texts.claims;
    return problem === null ? null : sentence(`The claims cannot be read (${problem}).`, `无法读取声明文本（${problem}）。`);
}

function requestProblem(texts: CertificateTexts): Sentence | null {
    const { problem, value: bytes } = texts.request;
    if (problem !== null)
        return sentence(`The request cannot be read (${problem}).`, `无法读取存证请求（${problem}）。`);
    if (bytes === null)
        return null;
    const [statement, claims, request] = [texts.statement.value!, texts.claims.value!, bytes.request];
    if (bytes.hash !== claims.request)
        return sentence("The request is not the one whose hash the claims hold.", "存证请求的摘要与声明文本所载不同。");
    return disagreement("account", "账户", request.account, claims.account)
        ?? disagreement("ledger", "账本", request.ledger, statement.ledger)
        ?? disagreement("deposit", "存证编号", request.deposit, statement.deposit)
        ?? disagreement("commitment", "承诺值", request.commitment, statement.commitment);
}

const disagreement = (what: string, chineseWhat: string, asked: string, recorded: string): Sentence | null => asked === recorded ? null : sentence(
    `The depositor asked for ${what} '${asked}', the operator recorded '${recorded}'.`,
    `存证人请求的${chineseWhat}为“${asked}”，运营方记录的却是“${recorded}”。`);

/**
 * Whether the depositor signed the request (check 4): under the verifier's own key for the account, else under the key that the
 * operator names in the claims, which is only as good as the operator's word.
 */
export function checkSignature(texts: CertificateTexts, expected: VerifierKey | null): Check {
    if (texts.request.withheld)
        return notChecked(
            "signature", "The request is withheld: whether the depositor signed it was not checked.", "存证请求未提供：未核验存证人是否签名。");
    const request = texts.request.value;
    if (request === null)
        return notChecked("signature", "The request cannot be read.", "无法读取存证请求。");
    const { account } = request.request;
    // Falling back to the claims' key here would pass a stranger's deposit to somebody who asked for a certain depositor.
    if (expected !== null && expected.name !== account)
        return fail(
            "signature",
            `The request is of account '${account}', the depositor's key given is of '${expected.name}'.`,
            `存证请求属于账户“${account}”，而所提供的存证人密钥属于“${expected.name}”。`);
    if (request.note === null)
        return unsigned(expected);
    if (expected !== null)
        return under(request.note, expected, account, "the key that you gave for the account", "您为该账户提供的密钥");
    const key = texts.claims.value?.key ?? null;
    if (key !== null)
        return under(
            request.note, key, account, "the key that the operator's claims name for the account; you gave none",
            "运营方声明文本为该账户所列的密钥（您未提供密钥）");
    return notChecked(
        "signature",
        "The request is signed, but neither you nor the claims name a key for the account.",
        "存证请求有签名，但您和声明文本均未列出该账户的密钥。");
}

// The operator can write an unsigned request in anybody's name; whoever brings a key wants a signature.
const unsigned = (expected: VerifierKey | null): Check => expected !== null
    ? fail(
        "signature",
        "You gave a key for the account, but the request is unsigned: the depositor is named by the operator; no signature of the depositor.",
        "您为该账户提供了密钥，但存证请求未签名：存证人由运营方指称，没有存证人签名。")
    : notChecked(
        "signature",
        "The depositor is named by the operator; no signature of the depositor.",
        "存证人由运营方指称；没有存证人签名。");

function under(note: SignedNote, key: VerifierKey, account: string, which: string, chineseWhich: string): Check {
    // A depositor's key is named after the account and signs texts, not checkpoints as a witness's does.
    if (key.name !== account || key.algorithm !== KeyAlgorithm.ed25519)
        return fail(
            "signature",
            `The key is no Ed25519 key of account '${account}' (${which}).`,
            `该密钥不是账户“${account}”的 Ed25519 密钥（${chineseWhich}）。`);
    switch (checkNote(note, key)) {
        case "valid":
            return pass(
                "signature",
                `The depositor '${account}' signed the request, under ${which}.`,
                `存证人“${account}”签署了存证请求，依据${chineseWhich}。`);
        case "invalid":
            return fail(
                "signature",
                `The signature of '${account}' on the request does not verify, under ${which}.`,
                `“${account}”在存证请求上的签名无效，依据${chineseWhich}。`);
        default:
            return fail(
                "signature",
                `The request is signed, but not by '${account}' under ${which}.`,
                `存证请求有签名，但并非“${account}”以该密钥所签（${chineseWhich}）。`);
    }
}
