import { escape } from "../core/rules.ts";
import { sentence, type Sentence } from "../verification/report.ts";

/** Why the server did not do what it was asked, in words that say what to do next. */
export class Refusal extends Error {
    /**
     * @param words For whoever sits before the page.
     * @param status Of HTTP; 0 when no answer came, or none that can be read.
     * @param reason For programs, as problem details give it; empty where there is none.
     * @param detail The server's own words, English; empty where there are none. Strangers' words: shown as text only.
     */
    constructor(readonly words: Sentence, readonly status: number, readonly reason = "", readonly detail = "") {
        super(words.en);
    }

    /** Whether the request may have been carried out all the same: no answer, or one of a server that failed on the way. */
    get isOpen(): boolean {
        return this.status === 0 || this.status >= 500;
    }

    /** Whether it is another key that could do it. */
    get isOfKey(): boolean {
        return this.status === 401 || this.reason === "NOT_ALLOWED";
    }

    /** Whether the same bytes would be refused again, by whomever they are sent. */
    get isFinal(): boolean {
        return this.status >= 400 && this.status < 500 && ![401, 403, 408, 429].includes(this.status);
    }
}

const detailCharacters = 500;

/** The server cannot be reached, or the connection broke. */
export const unreachable = (): Refusal => new Refusal(sentence(
    "The server cannot be reached, or the connection broke. Check your network, then try again.",
    "无法连接服务器，或连接中断。请检查网络后重试。"), 0, "UNREACHABLE");

/** The answer is not what this interface gives. */
export const unreadable = (): Refusal => new Refusal(sentence(
    "The server's answer cannot be read. Try again later; if it stays so, tell the operator.",
    "无法读取服务器的答复。请稍后再试；如仍如此，请告知运营方。"), 0, "UNREADABLE");

/**
 * A refusal from its problem details (RFC 9457).
 * @param status Of HTTP.
 * @param retryAfter The header, seconds; null where it is absent.
 * @param body As it came: it need not be problem details.
 */
export function refusalOf(status: number, retryAfter: string | null, body: string): Refusal {
    const { reason, detail } = read(body);
    const seconds = /^\d{1,6}$/.test(retryAfter ?? "") ? Number(retryAfter) : null;
    return new Refusal(wordsFor(status, reason, seconds), status, reason, escape(detail.slice(0, detailCharacters)));
}

function read(body: string): { reason: string; detail: string } {
    try {
        const { reason, detail } = JSON.parse(body) as Record<string, unknown>;
        return { reason: typeof reason === "string" ? reason : "", detail: typeof detail === "string" ? detail : "" };
    } catch {
        return { reason: "", detail: "" };
    }
}

function wordsFor(status: number, reason: string, seconds: number | null): Sentence {
    switch (true) {
        case status === 401 && reason === "NO_CREDENTIAL":
            return sentence("This ledger asks who you are. Sign in with an API key.", "本账本要求说明身份。请以 API 密钥登录。");
        case status === 401:
            return sentence(
                "This key lets nobody in: it is not one of this ledger's, or not any more. Copy it whole, or ask your account's administrator for a new one, and sign in with that.",
                "此密钥无效：不属于本账本，或已失效。请完整复制，或向账户管理员索取新的密钥，然后以其登录。");
        case reason === "FROM_A_PAGE":
            return sentence(
                "The server takes this page for one of another site. Open it under the server's own address, such as http://localhost.",
                "服务器认为本页面属于其他网站。请以服务器自己的地址（例如 http://localhost）打开。");
        case status === 403:
            return sentence(
                "This key may not do that. Use a key whose role and scopes include it, or ask your account's administrator.",
                "此密钥无权进行该操作。请使用具有相应角色和权限的密钥，或询问账户管理员。");
        case status === 404:
            return sentence(
                "The ledger has no such deposit of your account. Look at its number, or sign in with the account that made it.",
                "账本中没有您账户的这一存证。请核对编号，或以当时的账户登录。");
        case reason === "RECORDS_LOST":
            return sentence(
                "The ledger holds this deposit, but not its private records any more, so it cannot give the certificate again. Ask the operator.",
                "账本中有此存证，但其私有记录已不存在，无法再次出具证书。请询问运营方。");
        case reason === "NOT_SEALING":
            return sentence(
                `The operator's seal cannot be had for now. Try again ${later(seconds).en}; the evidence file does not depend on it.`,
                `目前无法加盖运营方的电子签章。请${later(seconds).zh}重试；证据包不依赖于此。`);
        case status === 409:
            return sentence(
                "The ledger holds another deposit under this number, and nothing was written. Begin a new deposit.",
                "账本中该编号已属于另一存证，本次未写入任何内容。请重新开始存证。");
        case reason === "QUOTA":
            return sentence(
                `The account's deposits for today are used up, and nothing was written. Try again ${later(seconds).en}, or ask the operator for more.`,
                `账户今日的存证额度已用完，本次未写入任何内容。请${later(seconds).zh}重试，或请运营方提高额度。`);
        case reason === "RATE_LIMIT":
            return sentence(
                `There were too many calls just now, and nothing was written. Try again ${later(seconds).en}.`,
                `方才的调用过多，本次未写入任何内容。请${later(seconds).zh}重试。`);
        case status === 429:
            return sentence(
                `The server is busy, and nothing was written. Try again ${later(seconds).en}.`,
                `服务器繁忙，本次未写入任何内容。请${later(seconds).zh}重试。`);
        case reason === "STOPPING":
            return sentence(
                `The server is being stopped, perhaps to be started again. Try again ${later(seconds).en}.`,
                `服务器正在停止，可能即将重新启动。请${later(seconds).zh}重试。`);
        case reason === "STORE_FAILED":
            return sentence(
                `The server cannot read what it stores for now. Try again ${later(seconds).en}; if it stays so, tell the operator.`,
                `服务器目前无法读取其存储。请${later(seconds).zh}重试；如仍如此，请告知运营方。`);
        case status === 503:
            return sentence(
                `The ledger is not issuing for now. Try again ${later(seconds).en}; the ledger page shows its state.`,
                `账本目前不签发。请${later(seconds).zh}重试；“账本”页显示其状态。`);
        case status >= 500:
            return sentence("The server failed. Try again later; if it stays so, tell the operator.", "服务器出错。请稍后再试；如仍如此，请告知运营方。");
        default:
            return sentence(
                "The server refuses the request, and nothing was written. Change what its reason names, or ask the operator:",
                "服务器拒绝了请求，未写入任何内容。请按其理由更改，或询问运营方：");
    }
}

function later(seconds: number | null): Sentence {
    if (seconds === null)
        return sentence("later", "稍后");
    if (seconds < 120)
        return sentence(`in ${seconds} s`, `于 ${seconds} 秒后`);
    return seconds < 7_200
        ? sentence(`in ${Math.ceil(seconds / 60)} minutes`, `于 ${Math.ceil(seconds / 60)} 分钟后`)
        : sentence(`in ${Math.ceil(seconds / 3_600)} hours`, `于 ${Math.ceil(seconds / 3_600)} 小时后`);
}
