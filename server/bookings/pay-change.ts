import { and, eq, inArray, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { bookingChanges, type bookings, type payments } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { moveNights, type MovedNight, type NightMove } from "../rooms/index.ts";
import { applyChange, settleChange } from "./apply-change.ts";
import { calendarOf, isTooLate } from "./begun.ts";
import { netUnits } from "./change-plan.ts";
import { heldMoves, pendingChange, type ChangeRow } from "./changes.ts";
import { emit } from "./events.ts";
import { recordEvent } from "./record.ts";
import { requestRefund } from "./refunds.ts";
import { settleArrival } from "./settle-arrival.ts";
import { bookingState } from "./states.ts";
import { endHold, type StayRow } from "./stays.ts";
import { databaseNow } from "./view.ts";

type Booking = typeof bookings.$inferSelect;
type Payment = typeof payments.$inferSelect;

async function changeOf(tx: Transaction, booking: Booking, changeId: string): Promise<ChangeRow> {
  const [change] = await tx
    .select()
    .from(bookingChanges)
    .where(and(eq(bookingChanges.id, changeId), eq(bookingChanges.bookingId, booking.id)))
    .for("no key update");
  if (!change) throw refuse("NOT_FOUND", { what: "change" });
  return change;
}

/**
 * What a draft still asks for; the caller has the booking's lock.
 * @throws NOT_FOUND, HOLD_EXPIRED, PRECONDITION for one that another change has ended
 */
export async function payableChange(ctx: Pick<Context, "clock">, tx: Transaction, booking: Booking, changeId: string): Promise<{ due: number; expiresAt: Date } | "applied"> {
  const change = await changeOf(tx, booking, changeId);
  if (change.state === "applied") return "applied";
  if (change.state === "expired" || (change.state === "pending" && change.expiresAt <= ctx.clock.now())) throw refuse("HOLD_EXPIRED", { bookingId: booking.id });
  if (change.state !== "pending") throw refuse("PRECONDITION", { reason: "can't be paid", state: change.state });
  return change;
}

/** `lacking` nights that must be taken again; `late`: the booking isn't what it was, or has begun, so the money goes back. */
export type PaidChange = { moved: MovedNight[] } | { lacking: NightMove[] } | "late";

/** The difference is there: the change is applied, as long as both stays can still begin; one that expired takes its nights again. */
export async function payChange(tx: Transaction, booking: Booking, stays: readonly StayRow[], changeId: string, actor: string): Promise<PaidChange> {
  const change = await changeOf(tx, booking, changeId);
  // A newer draft is the guest's newer wish: what expired before it would end it, and leave it with nights that nobody can pay.
  const open = change.state === "pending" || (change.state === "expired" && !(await pendingChange(tx, booking.id)));
  const applies = open && change.baseVersion === booking.version && bookingState(stays) === "confirmed";
  if (!applies) return "late";
  const until = change.state === "pending" ? change.expiresAt : null;
  if (isTooLate(await calendarOf(tx, booking.propertyId), until, await databaseNow(tx), booking.checkIn, change.checkIn)) return "late";
  const net = netUnits(stays, change.stays);
  const sold = net.map(({ roomTypeId, date, units }) => ({ roomTypeId, date, sold: units }));
  const held = change.state === "pending" ? heldMoves(change.held, -1) : [];
  // These can be lacking, so that must be known before anything is written.
  const moved = await moveNights(tx, [...sold, ...held], { reason: "modify", actor, bookingId: booking.id });
  if (!moved) return { lacking: sold.filter((night) => night.sold > 0) };
  const [applied] = await tx
    .update(bookingChanges)
    .set({ state: "applied", endedAt: sql`app_now()` })
    .where(and(eq(bookingChanges.id, change.id), eq(bookingChanges.state, change.state)))
    .returning({ id: bookingChanges.id });
  if (!applied) throw new Error("a change left its state under its booking's lock");
  await applyChange(tx, booking, stays, change, actor, await settleChange(tx, booking, stays, change));
  return { moved };
}

/**
 * Money came for a change that can't be made any more: what was taken is asked back here, as the mail that follows
 * says, and a reservation is let go by the balance. Each such mail has a version of its own. It changes nothing of the
 * booking, so a draft that was for the version before is for the new one.
 * @returns the booking's new version
 */
export async function refuseLate(tx: Transaction, booking: Booking, stays: readonly StayRow[], payment: Payment & { changeId: string }, actor: string): Promise<number> {
  const { changeId, id: paymentId } = payment;
  const version = await endHold(tx, booking.id);
  await tx
    .update(bookingChanges)
    .set({ baseVersion: version })
    .where(and(eq(bookingChanges.bookingId, booking.id), eq(bookingChanges.baseVersion, booking.version), inArray(bookingChanges.state, ["pending", "expired"])));
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version };
  if (payment.captured > 0) await requestRefund(tx, { ...event, actor }, payment, payment.captured, "change_late");
  await recordEvent(tx, { ...event, type: "change_late", actor, data: { changeId, paymentId, settlement: await settleArrival(tx, booking, stays, paymentId) } });
  await emit(tx, { type: "booking.change_late", payload: { ...event, changeId, paymentId } });
  return version;
}
