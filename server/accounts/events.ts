import { z } from "zod";
import { localeField } from "../platform/fields.ts";
import { emitterOf } from "../platform/outbox.ts";

/** What an account's events carry: `mailId` names the row of `verifications` that says to whom, and what for. */
const accountPayload = z.object({ mailId: z.uuid(), locale: localeField.default("en") });
export type AccountPayload = z.infer<typeof accountPayload>;

export const ACCOUNT_EVENTS = {
  /** Somebody signed up: whoever reads the address is to prove it. */
  "account.verification_asked": accountPayload,
  /** Somebody forgot the password of an address's account, if there is one. */
  "account.reset_asked": accountPayload,
  /** A person is invited to an organisation. */
  "account.invited": accountPayload,
} as const;
export type AccountEventType = keyof typeof ACCOUNT_EVENTS;

/** Writes an account's events into the transaction of their cause. */
export const emit = emitterOf(ACCOUNT_EVENTS);
