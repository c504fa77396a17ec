import { z } from "zod";
import { localeField } from "../platform/fields.ts";
import { emitterOf } from "../platform/outbox.ts";

/** What an account's events carry: `mailId` names the row of `verifications` under which the mail's link waits. */
const accountPayload = z.object({ userId: z.string().min(1).max(64), mailId: z.uuid(), locale: localeField.default("en") });
export type AccountPayload = z.infer<typeof accountPayload>;

export const ACCOUNT_EVENTS = {
  /** A person is to prove that the address is theirs. */
  "account.verification_asked": accountPayload,
  /** Somebody forgot the password of this account. */
  "account.reset_asked": accountPayload,
} as const;
export type AccountEventType = keyof typeof ACCOUNT_EVENTS;

/** Writes an account's events into the transaction of their cause. */
export const emit = emitterOf(ACCOUNT_EVENTS);
