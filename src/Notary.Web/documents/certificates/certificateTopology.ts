import { hex } from "../../core/bytes.ts";
import type { NoteSignature } from "../../core/keys.ts";
import { checkNote, type TlogProof } from "../../core/notes.ts";
import type { PolicyWitness } from "../../core/policy.ts";
import type { Certificate, TimestampToken } from "../../evidence/certificate.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import { readTexts, type CertificateTexts } from "../../verification/texts.ts";
import { judgeToken } from "../../verification/timestamps.ts";
import { exact, field, fields, foreign, prose, words, type Block, type Field, type Phrase } from "../content/document.ts";
import { timeLine } from "../content/times.ts";
import type { CertificateReading } from "./certificateReading.ts";

// C2SP tlog-cosignature: 8 bytes of time and 64 of signature behind the key's id.
const cosignatureBytes = 8 + 64;
const latestSecond = 253_402_300_799n;

/**
 * How the ledger is kept: who signed the checkpoint, which witnesses cosigned it, and what else stands over it. Names that a
 * certificate holds are anybody's; only those of a trust file's witnesses have keys, and are counted.
 * @param witnesses Those of a trust file; empty when none is known.
 * @param shown The evidence whose documents are named; null for the secrecy copy.
 */
export const certificateTopology = (reading: CertificateReading, witnesses: readonly PolicyWitness[], shown: Evidence | null): Block[] => [
    witnesses.length === 0
        ? prose(
            "One operator keeps this ledger and signs its checkpoints. It is not a block chain of many nodes. What binds the operator from outside is listed here, as the certificate holds it; the names are not checked on this page.",
            "本账本由一个运营方维护并签署检查点，不是多节点区块链。对运营方的外部约束如下所列，均按证书所载；名称未在本页核验。")
        : prose(
            "One operator keeps this ledger and signs its checkpoints. It is not a block chain of many nodes. What binds the operator from outside is listed here. Witnesses are counted under the trust file of whoever made this page; the reader's own may name others.",
            "本账本由一个运营方维护并签署检查点，不是多节点区块链。对运营方的外部约束如下所列。见证方按生成本页者的信任文件计数；读者自己的信任文件所列可能不同。"),
    fields(
        operator(reading.proof), cosignatures(reading.proof, witnesses), timestamps(reading.certificate), ...shown === null ? [] : [bitcoin(shown)]),
];

/** Witnesses n of m by name, where a trust file says who they are; else the names that the checkpoint bears. */
function cosignatures({ note, checkpoint }: TlogProof, witnesses: readonly PolicyWitness[]): Field {
    const isCosigned = ({ key }: PolicyWitness): boolean => checkNote(note, key) === "valid";
    const isOf = (signature: NoteSignature, { key }: PolicyWitness): boolean => signature.name === key.name && signature.id === key.id;
    const cosigned = witnesses.filter(isCosigned);
    const lines: Phrase[] = [];
    if (witnesses.length > 0) {
        lines.push(
            words(
                `${cosigned.length} of the ${witnesses.length} witnesses of the trust file cosigned this checkpoint`,
                `信任文件所列 ${witnesses.length} 个见证方中有 ${cosigned.length} 个联署了本检查点`),
            ...cosigned.map(witness => cosigner(note.signatures.find(signature => isOf(signature, witness))!)),
            ...named("without a valid cosignature:", "没有有效联署：", witnesses.filter(witness => !cosigned.includes(witness)).map(({ key }) => foreign(key.name))));
    }
    const others = note.signatures.filter(signature => signature.name !== checkpoint.origin && !witnesses.some(witness => isOf(signature, witness))).map(cosigner);
    if (witnesses.length > 0)
        lines.push(...named("also in the names of, whom the trust file does not list:", "另有以下名义的联署，信任文件未列：", others));
    else if (others.length > 0)
        lines.push(...named(
            `${others.length} on the checkpoint; of how many witnesses, a trust file says. In the names of:`,
            `检查点上共 ${others.length} 个；见证方总数见于信任文件。名义为：`,
            others));
    else
        lines.push(words("none", "无"));
    return field("Witnesses' cosignatures", "见证联署", ...lines);
}

const named = (en: string, zh: string, names: readonly Phrase[]): Phrase[] => names.length === 0 ? [] : [words(en, zh), ...names];

function operator({ note, checkpoint: { origin } }: TlogProof): Field {
    const keys = note.signatures.filter(signature => signature.name === origin).map(signature => signature.id).join(", ");
    return field(
        "Operator's signature", "运营方签名",
        keys === "" ? words("none in the ledger's name", "没有以账本名义的签名") : exact(`${origin}, Ed25519, key ${keys}`));
}

function cosigner({ name, bytes }: NoteSignature): Phrase {
    const seconds = bytes.length === cosignatureBytes ? BigInt(`0x${hex(bytes.subarray(0, 8))}`) : 0n;
    // Zero says no time; what the calendar cannot hold is nobody's clock.
    return foreign(seconds > 0n && seconds < latestSecond ? `${name} (${timeLine(Number(seconds) * 1000)})` : name);
}

function timestamps(certificate: Certificate): Field {
    const texts = readTexts(certificate);
    const said = certificate.timestamps.map(token => saidBy(token, certificate, texts));
    return field("Time-stamps (RFC 3161)", "时间戳（RFC 3161）", ...said.length > 0 ? said : [words("none in this certificate", "本证书中没有")]);
}

/** What a token says of itself: whose it is, a verifier's roots tell, and no root is known here. */
function saidBy(token: TimestampToken, certificate: Certificate, texts: CertificateTexts): Phrase {
    const [over, overChinese] = token.over === "checkpoint" ? ["over a checkpoint", "检查点之上"] : ["over the commitment", "承诺值之上"];
    const { standing, info } = judgeToken(token, certificate, texts, null).verdict;
    return standing !== "refused" && info !== null
        ? words(`${over}, saying ${timeLine(info.time)}`, `${overChinese}，所载时间 ${timeLine(info.time)}`)
        : words(`${over}, one that does not hold`, `${overChinese}，不成立`);
}

const bitcoin = ({ ots }: Evidence): Field => field(
    "Paths to Bitcoin (OpenTimestamps)", "通往比特币的路径（OpenTimestamps）",
    ots.length === 0
        ? words("none in this evidence", "本证据中没有")
        : words(`for ${ots.length} of the documents; not followed on this page`, `${ots.length} 个文件各一条；未在本页核验`));
