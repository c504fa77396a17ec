import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { bookingChanges, type bookings } from "../../db/schema/bookings.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { moveNights, type MovedNight, type NightMove } from "../rooms/index.ts";
import { applyChange } from "./apply-change.ts";
import { netUnits } from "./change-plan.ts";
import { heldMoves, type ChangeRow } from "./changes.ts";
import { bookingState } from "./states.ts";
import type { StayRow } from "./stays.ts";

type Booking = typeof bookings.$inferSelect;

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

/** `lacking` nights that must be taken again; `late`: the booking isn't what it was, so the money goes back. */
export type PaidChange = { moved: MovedNight[] } | { lacking: NightMove[] } | "late";

/** The difference is there: the change is applied, whatever the clock says; one that expired takes its nights again. */
export async function payChange(tx: Transaction, booking: Booking, stays: readonly StayRow[], changeId: string, actor: string): Promise<PaidChange> {
  const change = await changeOf(tx, booking, changeId);
  const applies = (change.state === "pending" || change.state === "expired") && change.baseVersion === booking.version && bookingState(stays) === "confirmed";
  if (!applies) return "late";
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
  await applyChange(tx, booking, stays, change, actor);
  return { moved };
}
