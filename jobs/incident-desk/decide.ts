import { eq } from "drizzle-orm";
import { z } from "zod";
import { bookings } from "../../db/schema/bookings.ts";
import { refunds } from "../../db/schema/payments.ts";
import {
  acceptChargeback,
  acceptChargebackInput,
  giveGoodwill,
  goodwillInput,
  payByHandInput,
  payRefundByHand,
  waiveDue,
  waiveInput,
  writeOffInput,
  writeOffMissing,
} from "../../server/bookings/index.ts";
import type { Context } from "../../server/context.ts";
import { refuse } from "../../server/errors.ts";
import { canonicalJson, sha256 } from "../../server/platform/canonical.ts";
import { idField } from "../../server/platform/fields.ts";
import { exponentOf } from "../../server/platform/money.ts";

export const MONEY_VERBS = ["paid-by-hand", "goodwill", "waive", "write-off", "chargeback-accepted"] as const;
export type MoneyVerb = (typeof MONEY_VERBS)[number];

export interface Asked {
  verb: MoneyVerb;
  /** A refund, a dispute, or a booking's code. */
  subject: string;
  reason: string;
  reference?: string | undefined;
  /** As a person writes it, in the booking's currency: "20.00". */
  amount?: string | undefined;
  /** As `amount`: what goes back to the guest by it. */
  back?: string | undefined;
}

interface Done {
  amount: number;
  back: number;
  currency: string;
}

/** Carries out what a person decided. The same command given twice is done once. @throws INVALID, and what the verb refuses */
export async function decideMoney(ctx: Context, asked: Asked): Promise<Done> {
  const { verb, subject, reason, reference } = asked;
  const keyed = { idempotencyKey: sha256(canonicalJson({ ...asked })), reason };
  if (verb === "paid-by-hand") return payRefundByHand(ctx, parsed(payByHandInput, { ...keyed, refundId: subject, reference }));
  if (verb === "chargeback-accepted") return acceptChargeback(ctx, parsed(acceptChargebackInput, { ...keyed, disputeId: subject }));
  if (verb === "goodwill" && asked.amount === undefined) {
    const refundId = parsed(z.object({ refundId: idField }), { refundId: subject }).refundId;
    const [refund] = await ctx.db.select({ currency: refunds.currency }).from(refunds).where(eq(refunds.id, refundId));
    if (!refund) throw refuse("NOT_FOUND", { what: "refund" });
    return giveGoodwill(ctx, parsed(goodwillInput, { ...keyed, refundId, back: backOf(asked, refund.currency) }));
  }
  const [booking] = await ctx.db.select({ id: bookings.id, currency: bookings.currency }).from(bookings).where(eq(bookings.code, subject.toUpperCase()));
  if (!booking) throw refuse("NOT_FOUND", { what: "booking" });
  const input = { ...keyed, bookingId: booking.id, amount: minorOf(asked.amount ?? "", booking.currency) };
  if (verb === "goodwill") return giveGoodwill(ctx, parsed(goodwillInput, input));
  return verb === "waive" ? waiveDue(ctx, parsed(waiveInput, { ...input, back: backOf(asked, booking.currency) })) : writeOffMissing(ctx, parsed(writeOffInput, input));
}

function backOf({ back }: Asked, currency: string): number | undefined {
  return back === undefined ? undefined : minorOf(back, currency);
}

function parsed<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } } },
  value: unknown,
): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw refuse("INVALID", { field: issue?.path.join(".") ?? "", reason: issue?.message ?? "" });
}

/** "20.5" → 2050; nothing is rounded or guessed. @throws INVALID */
function minorOf(text: string, currency: string): number {
  const exponent = exponentOf(currency);
  const [, whole = "", part = ""] = /^(\d{1,12})(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === "" || part.length > exponent)
    throw refuse("INVALID", { field: "amount", reason: `an amount of ${currency} like ${exponent === 0 ? "20" : `20.${"0".repeat(exponent)}`}` });
  return Number(whole) * 10 ** exponent + Number(part.padEnd(exponent, "0") || 0);
}
