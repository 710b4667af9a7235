import { display, type BlockHeader, type BlockHeaders } from "../bitcoin/header.ts";
import type { Hash } from "../core/bytes.ts";
import type { Claims, ContextRecord, Statement } from "../core/deposits.ts";
import { escape, formatTime } from "../core/rules.ts";
import { shownItems, type Evidence } from "../evidence/evidence.ts";
import { listed, listedChinese, sentence, type Check, type Sentence } from "./report.ts";
import type { CertificateTexts } from "./texts.ts";
import type { TrustedKeys } from "./trustedKeys.ts";
import type { Inputs } from "./verify.ts";

/** What a report says beside the checks: what was ignored, and what is nobody's knowledge but its author's claim. */
export function* reportNotes(evidence: Evidence, texts: CertificateTexts, { depositor, headers }: Inputs, keys: TrustedKeys, checks: readonly Check[]): Generator<Sentence> {
    if (evidence.unknown.length > 0)
        yield unknown(evidence.unknown);
    for (const { change: { change, proof }, problem } of keys.refused)
        yield sentence(
            `A key change given (entry ${proof.index} of ledger '${change.ledger}') was not followed: it ${problem}.`,
            `所提供的一项密钥变更（账本“${change.ledger}”序号 ${proof.index}）未被采纳：${problem}。`);
    const named = texts.claims.value?.key ?? null;
    if (depositor !== null && named !== null && named.text !== depositor.text)
        yield sentence(
            "The operator's claims name another key for the account than you gave; theirs was ignored.",
            "运营方声明文本为该账户所列的密钥与您提供的不同；前者已忽略。");
    const previous = texts.request.value?.request.previous ?? null;
    if (texts.statement.value !== null && previous !== null)
        yield sentence(
            `That it follows deposit ${previous} of the same account is the depositor's claim: no certificate of that deposit that holds was given.`,
            `其接续同一账户的存证 ${previous}，仅为存证人所称：未提供该存证的有效证书。`);
    const claims = checks.find(check => check.name === "claims")!.result;
    if (claims !== "FAIL" && texts.claims.value !== null)
        yield operatorSays(texts.claims.value);
    if (texts.statement.value !== null)
        yield* dated(texts.statement.value, headers);
    if (claims === "PASS" && texts.request.value !== null) {
        const requested = formatTime(texts.request.value.request.requested);
        yield sentence(
            `Requested ${requested} is what the depositor's clock said: claimed, not verified.`,
            `请求时间 ${requested} 为存证人时钟所示：仅为所称，未经核实。`);
    }
    if (shownItems(evidence).length > 0)
        yield sentence("The items' times of last change are the depositor's claims.", "各条目的修改时间均为存证人所称。");
    if (evidence.context !== null)
        yield contextNote(evidence.context);
}

/** Files that are no part of evidence: a planted report, a trust file, a key beside the certificate. */
function unknown(files: readonly string[]): Sentence {
    const names = files.map(escape).map(name => sentence(`'${name}'`, `“${name}”`));
    return sentence(
        `Not evidence, and ignored: ${listed(names, ", ")}. Nothing that came with the evidence is trusted, be it named a trust file, a key, a root or a report.`,
        `不属于证据，已忽略：${listedChinese(names)}。随证据而来的任何东西均不作为信任依据，无论其名为信任文件、密钥、根证书还是报告。`);
}

function operatorSays(claims: Claims): Sentence {
    const depositor = escape(claims.depositor);
    const identity = claims.identity === null ? null : escape(claims.identity);
    const verified = claims.verified === null ? sentence("", "") : sentence(
        `, checked on ${formatTime(claims.verified.time)} by ${escape(claims.verified.method)}`,
        `，于 ${formatTime(claims.verified.time)} 以 ${escape(claims.verified.method)} 方式核验`);
    return sentence(
        `The operator names as depositor '${depositor}', account '${claims.account}'${identity === null ? "" : `, identity ${identity}`}${verified.en}.`,
        `运营方所称的存证人为“${depositor}”，账户“${claims.account}”${identity === null ? "" : `，身份 ${identity}`}${verified.zh}。`);
}

function* dated({ received, accuracy, beacon }: Statement, headers: BlockHeaders): Generator<Sentence> {
    const time = formatTime(received);
    yield sentence(
        `Received ${time} is what the operator's clock said (error bound claimed: ${accuracy === null ? "unknown" : `${accuracy} ms`}).`,
        `接收时间 ${time} 为运营方时钟所示（所称误差界：${accuracy === null ? "未知" : `${accuracy} 毫秒`}）。`);
    if (beacon !== null && "height" in beacon)
        yield beaconNote(beacon, headers.get(beacon.height) ?? null);
}

/** The block that a statement names could not be known before it was mined; whether it is one takes its header. */
function beaconNote({ height, hash }: { readonly height: bigint; readonly hash: Hash }, header: BlockHeader | null): Sentence {
    if (header === null)
        return sentence(
            `The statement names Bitcoin block ${height} (${hash}): if that is its hash, the entry is no older than the block. Not checked.`,
            `存证记录写明比特币区块 ${height}（${hash}）：若此哈希属实，条目不早于该区块。未核验。`);
    return display(header.hash) === hash
        ? sentence(
            `The statement names Bitcoin block ${height}, and the header that you trust has the same hash: the entry is no older than the block, which is dated ${formatTime(header.time)} (good to about a day).`,
            `存证记录写明比特币区块 ${height}，与您信任的区块头哈希相同：条目不早于该区块，其所载时间为 ${formatTime(header.time)}（准确度约为一天）。`)
        : sentence(
            `The statement names ${hash} as Bitcoin block ${height}, but the header that you trust has another hash: it says nothing of the entry's age.`,
            `存证记录将 ${hash} 作为比特币区块 ${height}，但您信任的区块头哈希不同：对条目的早晚不能说明任何问题。`);
}

function contextNote(context: ContextRecord): Sentence {
    const said = ([
        ["source", "数据来源", context.source], ["operator", "操作人", context.operator], ["device", "设备", context.device],
        ["program", "程序", context.program], ["command", "命令", context.command],
    ] as const).flatMap(([en, zh, value]) => value === null ? [] : [sentence(`${en} '${escape(value)}'`, `${zh}“${escape(value)}”`)]);
    return sentence(
        `The context record is what the depositor claims of how the data came to be, written ${formatTime(context.captured)} by the depositor's clock: ${said.map(part => part.en).join("; ")}.`,
        `采集环境声明为存证人就数据形成过程所称，未经核实，存证人时钟所示书写时间为 ${formatTime(context.captured)}：${said.map(part => part.zh).join("；")}。`);
}
