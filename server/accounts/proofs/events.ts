import { z } from "zod";
import { localeField } from "../../platform/fields.ts";
import { emitterOf } from "../../platform/outbox.ts";

/** `proofId` names the row of `contact_proofs` that says whom the code goes to. */
const proofPayload = z.object({ proofId: z.uuid(), locale: localeField });
export type ProofPayload = z.infer<typeof proofPayload>;

export const PROOF_EVENTS = {
  /** A guest is to prove an address by a code that is mailed there. */
  "account.code_asked": proofPayload,
} as const;

export const emitProof = emitterOf(PROOF_EVENTS);
