import { z } from "zod";
import { emailAddress, idempotencyKeyField, idField, localeField } from "../../platform/fields.ts";

export const askCodeInput = z.object({
  idempotencyKey: idempotencyKeyField,
  email: emailAddress,
  locale: localeField.default("en"),
});
export type AskCodeInput = z.infer<typeof askCodeInput>;
export const askCodeOutput = z.object({ proofId: z.string(), expiresAt: z.string() });

/** As people type it, with spaces. */
export const codeField = z
  .string()
  .max(20)
  .transform((code) => code.replaceAll(/[\s-]/g, ""))
  .pipe(z.string().regex(/^\d{6}$/));
export const giveCodeInput = z.object({ proofId: idField, code: codeField });
export type GiveCodeInput = z.infer<typeof giveCodeInput>;
export const giveCodeOutput = z.object({ proven: z.literal(true) });
