import { joined } from "../../core/bytes.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import { writeEvidence } from "../../evidence/evidenceWriter.ts";

/** Documents that the evidence shows. */
export const shownCount = ({ manifest, openings }: Evidence): number => manifest?.items.length ?? openings.size;

/**
 * What a PDF's page is of, and no more: whoever has the file alone renders it again. No page in another form, no OpenTimestamps file;
 * of a certificate alone there is nothing to attach but itself.
 */
export const attachedEvidence = (evidence: Evidence): Evidence => ({ ...evidence, ots: [], page: null });

/** The package of it that a disclosure copy carries. */
export const packedEvidence = (evidence: Evidence): Uint8Array => joined(writeEvidence(evidence));
