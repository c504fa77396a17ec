import type { z } from "zod";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { feeAt, freeUntil, stockOf } from "../rooms/index.ts";
import { authoriseBooking } from "./access.ts";
import { moneyOf } from "./amounts.ts";
import { netUnits, planChange } from "./change-plan.ts";
import { pendingChange } from "./changes.ts";
import type { ModifyQuoteInput, modifyQuoteOutput } from "./modify-schemas.ts";
import { staysOf } from "./stays.ts";
import { databaseNow } from "./view.ts";

/** How long a shown price is promised, in milliseconds. */
const QUOTE_LIFE_MS = 15 * 60_000;

/**
 * What a change of dates, rooms or guests would cost, before it is made. Nights that the booking has are its own.
 * @throws NOT_FOUND, PRECONDITION by the booking's state, RESTRICTED, INVALID dates, SOLD_OUT with the lacking nights
 */
export async function modifyQuote(ctx: Context, input: ModifyQuoteInput): Promise<z.infer<typeof modifyQuoteOutput>> {
  const booking = await authoriseBooking(ctx, ctx.db, input);
  const [stays, draft, now] = await Promise.all([staysOf(ctx.db, booking.id), pendingChange(ctx.db, booking.id), databaseNow(ctx.db)]);
  const plan = await planChange(ctx, ctx.db, booking, stays, input, now);
  const takes = netUnits(stays, plan.stays).filter((night) => night.units > 0);
  if (takes.length > 0) {
    const free = await stockOf(ctx.db, [...new Set(takes.map((night) => night.roomTypeId))], plan.checkIn, plan.checkOut);
    const left = ({ roomTypeId, date }: { roomTypeId: number; date: string }) => {
      // What an open draft of this booking holds is let go for the new one.
      const own = draft?.held.find((night) => night.roomTypeId === roomTypeId && night.date === date)?.units ?? 0;
      return own + (free.find((cell) => cell.roomTypeId === roomTypeId && cell.date === date)?.available ?? 0);
    };
    const nights = takes.filter((night) => left(night) < night.units).map(({ roomTypeId, date }) => ({ roomTypeId, date }));
    if (nights.length > 0) throw refuse("SOLD_OUT", { nights });
  }
  const freeTimes = plan.policies.filter((policy) => policy.steps.some((step) => step.fee > 0)).map((policy) => freeUntil(policy, now));
  return {
    quoteHash: plan.hash,
    expiresAt: new Date(ctx.clock.now().getTime() + QUOTE_LIFE_MS).toISOString(),
    checkIn: plan.checkIn,
    checkOut: plan.checkOut,
    stays: plan.stays,
    currency: booking.currency,
    totalBefore: booking.total,
    total: plan.total,
    due: plan.due,
    refund: plan.due > 0 ? 0 : Math.max(0, (await moneyOf(ctx.db, booking.id)) - plan.dueOnline),
    changeFee: plan.changeFee,
    cancelFee: plan.policies.reduce((sum, policy) => sum + feeAt(policy, now), 0),
    freeUntil: freeTimes.includes(null) ? null : (freeTimes.filter((at) => at !== null).toSorted()[0] ?? null),
  };
}
