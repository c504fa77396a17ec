import { and, eq, inArray, sql } from "drizzle-orm";
import { pgArray, type Executor, type Transaction } from "../../db/client.ts";
import { bookingNights, bookings, roomStays, roomStayVersions, type PlannedStay, type Settlement } from "../../db/schema/bookings.ts";
import { CHANGE_FEE } from "../platform/money.ts";
import { emit } from "./events.ts";
import { readMoney } from "./money.ts";
import { recordEvent } from "./record.ts";
import { feeOf, settlementOf, sideOf } from "./settlement.ts";
import type { StayRow } from "./stays.ts";

type Booking = typeof bookings.$inferSelect;

/** What a changed booking becomes. */
export interface Applied {
  checkIn: string;
  checkOut: string;
  stays: readonly PlannedStay[];
  total: number;
  dueOnline: number;
  notes?: string | undefined;
  /** Name, phone or notes changed; what they are is no matter of the audit. */
  contact?: boolean;
}

/**
 * Writes the change into the booking under its lock, its nights having moved: stays frozen anew, the version raised,
 * before and after into its audit, and what follows by job.
 * @param settlement absent where no room changes: then no money does
 * @returns the booking's new version
 */
export async function applyChange(tx: Transaction, booking: Booking, before: readonly StayRow[], change: Applied, actor: string, settlement?: Settlement): Promise<number> {
  await keepVersions(tx, change.stays);
  for (const stay of change.stays) await rewriteStay(tx, stay, change, before);
  if (change.stays.length > 0) await rewriteNights(tx, change.stays);
  const { checkIn, checkOut, total, dueOnline, notes = booking.notes } = change;
  const [row] = await tx
    .update(bookings)
    .set({ checkIn, checkOut, total, dueOnline, notes, version: sql`${bookings.version} + 1` })
    .where(and(eq(bookings.id, booking.id), eq(bookings.version, booking.version)))
    .returning({ version: bookings.version });
  if (!row) throw new Error("the booking changed under its own lock");
  const event = { bookingId: booking.id, propertyId: booking.propertyId, version: row.version };
  const changed = before.filter((stay) => change.stays.some((one) => one.roomStayId === stay.id));
  const data = {
    before: { ...headOf(booking), stays: changed.map((stay) => ({ roomStayId: stay.id, ...roomOf(stay) })) },
    after: { ...headOf(change), stays: change.stays.map((stay) => ({ roomStayId: stay.roomStayId, ...roomOf(stay) })) },
    contact: change.contact ?? false,
    ...(settlement && { settlement }),
  };
  await recordEvent(tx, { ...event, type: "modified", actor, data });
  await emit(tx, { type: "booking.modified", payload: { ...event, payment: booking.payment } });
  return row.version;
}

function headOf({ checkIn, checkOut, total, dueOnline }: Pick<Applied, "checkIn" | "checkOut" | "total" | "dueOnline">) {
  return { checkIn, checkOut, total, dueOnline };
}

function roomOf({ roomTypeId, productId, adults, childAges, total }: Pick<PlannedStay, "roomTypeId" | "productId" | "adults" | "childAges" | "total">) {
  return { roomTypeId, productId, adults, childAges, total };
}

async function rewriteStay(tx: Transaction, planned: PlannedStay, { checkIn, checkOut }: Applied, before: readonly StayRow[]): Promise<void> {
  const { roomStayId, roomTypeId, productId, roomName, rateName, meal, adults, childAges, charges, total, policy } = planned;
  const old = before.find((stay) => stay.id === roomStayId);
  const unitId = old?.roomTypeId === roomTypeId ? old.unitId : null;
  const moved = await tx
    .update(roomStays)
    .set({ roomTypeId, productId, roomName, rateName, meal, adults, childAges, charges, total, policy, checkIn, checkOut, unitId, version: sql`${roomStays.version} + 1` })
    .where(and(eq(roomStays.id, roomStayId), eq(roomStays.state, "confirmed")))
    .returning({ id: roomStays.id });
  if (moved.length === 0) throw new Error("a room stay left its state under its booking's lock");
}

/** Copies the room stays, with their nights and tax lines, as they were sold: the rows themselves become the new sale. */
async function keepVersions(tx: Transaction, stays: readonly PlannedStay[]): Promise<void> {
  if (stays.length === 0) return;
  const s = roomStays;
  const nights = sql`(select jsonb_agg(jsonb_build_object('date', n.stay_date, 'price', n.price) order by n.stay_date)
    from ${bookingNights} n where n.room_stay_id = ${s.id})`;
  await tx.execute(sql`insert into ${roomStayVersions}
    (property_id, room_stay_id, version, room_type_id, product_id, check_in, check_out, adults, child_ages, room_name,
      rate_name, meal, nights, charges, policy, total)
    select ${s.propertyId}, ${s.id}, ${s.version}, ${s.roomTypeId}, ${s.productId}, ${s.checkIn}, ${s.checkOut}, ${s.adults},
      ${s.childAges}, ${s.roomName}, ${s.rateName}, ${s.meal}, ${nights}, ${s.charges}, ${s.policy}, ${s.total}
    from ${s} where ${s.id} = any(${pgArray(stays.map((stay) => stay.roomStayId))}::uuid[])`);
}

async function rewriteNights(tx: Transaction, stays: readonly PlannedStay[]): Promise<void> {
  await tx.delete(bookingNights).where(
    inArray(
      bookingNights.roomStayId,
      stays.map((stay) => stay.roomStayId),
    ),
  );
  await tx.insert(bookingNights).values(stays.flatMap(({ roomStayId, nights }) => nights.map(({ date, price }) => ({ roomStayId, stayDate: date, price }))));
}

/** What a change does to the booking's money, before it is written; undefined where no room changes. */
export async function settleChange(
  db: Executor,
  booking: Booking,
  stays: readonly StayRow[],
  { stays: planned, total, dueOnline }: Pick<Applied, "stays" | "total" | "dueOnline">,
): Promise<Settlement | undefined> {
  if (planned.length === 0) return undefined;
  const money = await readMoney(db, booking.id);
  const fee = planned.flatMap(({ charges }) => charges).reduce((sum, { name, amount }) => sum + (name === CHANGE_FEE ? amount : 0), 0);
  const becomes = sideOf({ payment: booking.payment, total, dueOnline }, stays, money);
  return settlementOf(booking.currency, sideOf(booking, stays, money), becomes, feeOf(fee, planned));
}
