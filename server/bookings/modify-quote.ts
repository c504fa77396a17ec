import type { z } from "zod";
import type { HeldUnits } from "../../db/schema/bookings.ts";
import type { Context } from "../context.ts";
import { feeAt, freeUntil, quoteEnd, stockOf } from "../rooms/index.ts";
import { authoriseBooking } from "./access.ts";
import { netUnits, planChange } from "./change-plan.ts";
import { pendingChange } from "./changes.ts";
import { settleChange } from "./apply-change.ts";
import type { ModifyQuoteInput, modifyQuoteOutput } from "./modify-schemas.ts";
import { LackingNights, withOverdueLetGo } from "./overdue.ts";
import { staysOf } from "./stays.ts";
import { databaseNow } from "./view.ts";

/**
 * What a change of dates, rooms or guests would cost, before it is made. Nights that the booking has are its own.
 * @throws NOT_FOUND, PRECONDITION by the booking's state, RESTRICTED, INVALID dates, SOLD_OUT with the lacking nights, ROOM_BUSY
 */
export async function modifyQuote(ctx: Context, input: ModifyQuoteInput): Promise<z.infer<typeof modifyQuoteOutput>> {
  const booking = await authoriseBooking(ctx, ctx.db, input);
  const [stays, draft, now] = await Promise.all([staysOf(ctx.db, booking.id), pendingChange(ctx.db, booking.id), databaseNow(ctx.db)]);
  const plan = await planChange(ctx, ctx.db, booking, stays, input, now);
  // What an open draft of this booking holds is let go for the new one.
  const takes = netUnits(stays, plan.stays).map((night) => ({ ...night, units: night.units - (draft?.held.find((own) => isSame(own, night))?.units ?? 0) }));
  // Overdue holds refuse nobody: as a change itself would, let them go first.
  await withOverdueLetGo(ctx, performance.now() + ctx.config.LOCK_WAIT_MS, async () => {
    const nights = await lackingOf(ctx, takes, plan);
    if (nights.length > 0) throw new LackingNights(nights);
  });
  const settlement = plan.due > 0 ? undefined : await settleChange(ctx.db, booking, stays, plan);
  const freeTimes = plan.policies.filter((policy) => policy.steps.some((step) => step.fee > 0)).map((policy) => freeUntil(policy, now));
  return {
    quoteHash: plan.hash,
    expiresAt: quoteEnd(booking.property, [booking.checkIn, plan.checkIn].toSorted()[0]!, ctx.clock.now()).toISOString(),
    checkIn: plan.checkIn,
    checkOut: plan.checkOut,
    stays: plan.stays,
    currency: booking.currency,
    totalBefore: booking.total,
    total: plan.total,
    due: plan.due,
    atProperty: plan.total - plan.dueOnline - (booking.total - booking.dueOnline),
    refund: settlement?.back ?? 0,
    ways: settlement?.ways ?? [],
    changeFee: plan.changeFee,
    cancelFee: plan.policies.reduce((sum, policy) => sum + feeAt(policy, now), 0),
    freeUntil: freeTimes.includes(null) ? null : (freeTimes.filter((at) => at !== null).toSorted()[0] ?? null),
  };
}

type Night = Pick<HeldUnits, "roomTypeId" | "date">;

function isSame(a: Night, b: Night): boolean {
  return a.roomTypeId === b.roomTypeId && a.date === b.date;
}

async function lackingOf(ctx: Context, wanted: readonly HeldUnits[], { checkIn, checkOut }: { checkIn: string; checkOut: string }): Promise<Night[]> {
  const takes = wanted.filter((night) => night.units > 0);
  if (takes.length === 0) return [];
  const free = await stockOf(ctx.db, [...new Set(takes.map((night) => night.roomTypeId))], checkIn, checkOut);
  const left = (night: Night) => free.find((cell) => isSame(cell, night))?.available ?? 0;
  return takes.filter((night) => left(night) < night.units).map(({ roomTypeId, date }) => ({ roomTypeId, date }));
}
