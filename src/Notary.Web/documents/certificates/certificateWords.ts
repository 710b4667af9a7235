import { sentence } from "../../verification/report.ts";
import { foreign, prose, words, type Phrase, type Section } from "../content/document.ts";
import { isCreditCode } from "./creditCode.ts";

/** What stands on every certificate alike: what it proves, and what it does not. */
export const meaning: readonly Section[] = [
    {
        heading: sentence("What it proves once it is verified", "核验通过后证明的事项"),
        source: null,
        blocks: [{
            kind: "points",
            items: [
                sentence(
                    "This commitment stands on this ledger at this place in its order. Whoever holds the documents and the evidence can show that it is to these exact bytes.",
                    "本承诺值位于本账本的所示序号处；持有文件与证据者可证明其承诺的正是这些字节。"),
                sentence(
                    "The operator has signed that and cannot take it back, or change it, unseen.",
                    "运营方已就此签署，无法在不被发现的情况下撤回或更改。"),
                sentence(
                    "With cosignatures of independent witnesses or with time-stamps: a latest time at which the entry existed.",
                    "有独立见证联署或时间戳时：条目最晚已存在的时间。"),
            ],
        }],
    },
    {
        heading: sentence("What it does not prove", "不证明的事项"),
        source: null,
        blocks: [{
            kind: "points",
            items: [
                sentence(
                    "That the content is true, new, secret or valuable, or to whom it belongs.",
                    "内容是否真实、新颖、秘密、有价值，或归谁所有。"),
                sentence(
                    "Who deposited, beyond the operator's word, unless the depositor signed with a key that the reader knows.",
                    "存证人是谁：除非以读者所知的密钥签署，否则仅有运营方的说法。"),
                sentence(
                    "When the documents were made, or that they were not altered before the deposit.",
                    "文件何时形成，或存证之前是否被改动。"),
                sentence(
                    "Any time, as long as no one but the operator vouches for it.",
                    "任何时间，如除运营方外没有任何一方为其作证。"),
            ],
        }],
    },
];

/** How it is checked. */
export const howToVerify = (namesDocuments: boolean): Section => ({
    heading: sentence("How to verify", "核验方法"),
    source: null,
    blocks: [
        prose(
            "Anyone can, offline and without the operator, with the evidence, the documents and the ledger's public key from a source of their own; with the program, or with sha256sum, xxd and openssl alone as its README sets out.",
            "任何人均可离线核验，无需运营方：持证据、文件及自行取得的账本公钥，使用本程序，或仅用 sha256sum、xxd 和 openssl（步骤见程序的 README）。"),
        { kind: "listing", caption: sentence("With the program", "使用程序"), commands: "notary verify EVIDENCE DOCUMENTS --trust TRUST --report report.html" },
        namesDocuments
            ? prose(
                "Confidential: this copy names documents. Show it to nobody who may not know them; ask a court for protective measures first.",
                "保密提示：本版列明文件。请勿向无权知悉者出示；提交法院前可先请求采取保密措施。")
            : prose(
                "Confidential: title and depositor may be secret themselves. The evidence package opens the deposit; give it to nobody who may not read the documents.",
                "保密提示：存证名称与存证人本身可能涉密。证据包可开启本次存证，请勿交给无权阅读文件者。"),
    ],
});

export function identityWords(identity: string): Phrase[] {
    const scheme = "uscc:";
    if (!identity.startsWith(scheme))
        return [foreign(identity)];
    const code = identity.slice(scheme.length);
    return [
        foreign(code),
        isCreditCode(code)
            ? words("unified social credit code; its check character is right", "统一社会信用代码；校验码正确")
            : words("given as a unified social credit code; its check character is wrong", "称为统一社会信用代码；校验码错误"),
    ];
}
