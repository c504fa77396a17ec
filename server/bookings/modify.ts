import { and, eq } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { guests, type bookings } from "../../db/schema/bookings.ts";
import { actorKey, type Context } from "../context.ts";
import { isDomainError, refuse, type DomainError } from "../errors.ts";
import { daysBetween, nightsOf } from "../platform/dates.ts";
import { MAX_NIGHTS } from "../platform/fields.ts";
import { answersBefore, keyedAsk, once } from "../platform/idempotency.ts";
import { pipelined } from "../platform/pipelined.ts";
import { lockNights, moveLocked, roomTypesOf, withNightLocks, type MovedNight, type NightMove } from "../rooms/index.ts";
import type { Committed } from "../platform/transact.ts";
import { authoriseBooking } from "./access.ts";
import { announce } from "./announce.ts";
import { applyChange, settleChange } from "./apply-change.ts";
import { netUnits, planChange } from "./change-plan.ts";
import { abandonChange, draftChange, heldMoves } from "./changes.ts";
import type { Night } from "./expire.ts";
import { shareGuard, type NeededNight } from "./hold-limit.ts";
import type { ModifyInput, ModifyOutput } from "./modify-schemas.ts";
import { LackingNights, withOverdueLetGo } from "./overdue.ts";
import { staysOf } from "./stays.ts";
import { databaseNow } from "./view.ts";

type Booking = typeof bookings.$inferSelect;

/**
 * Changes dates, rooms or guests of a confirmed booking: at once, or as a draft that holds the nights it lacks until
 * the difference is paid. Old and new nights are one net change a night, so a stay moved by a day needs only the day it lacks.
 * @throws NOT_FOUND, PRECONDITION by the state or when nothing would change, PRICE_CHANGED with the new total and hash,
 *   RESTRICTED, INVALID dates, SOLD_OUT with the lacking nights, ROOM_BUSY, PROOF_REQUIRED of whoever has proven nothing
 */
export async function modify(ctx: Context, input: ModifyInput): Promise<ModifyOutput> {
  const deadline = performance.now() + ctx.config.LOCK_WAIT_MS;
  const change = () => once(ctx, "bookings.modify", input, async (tx) => changeIn(tx, ctx, input), deadline);
  const nights = await lackedNights(ctx, input);
  const attempt = () => (nights.length > 0 ? withNightLocks(ctx, nights, change, deadline) : change());
  return withOverdueLetGo(ctx, deadline, attempt).catch((error: unknown) => {
    if (isDomainError(error, "ROOM_BUSY")) return answerBefore(ctx, input, error);
    throw error;
  });
}

/** A repetition needs no lock: it gets what was answered before. @throws `busy` where nothing was */
async function answerBefore(ctx: Context, input: ModifyInput, busy: DomainError): Promise<ModifyOutput> {
  const [before] = await answersBefore(ctx.db, "bookings.modify", [keyedAsk(ctx, input)]);
  if (!before) throw busy;
  if ("error" in before) throw before.error;
  return before.value as ModifyOutput;
}

/**
 * The nights that the booking has not, for the Redis lock, which is only politeness. Refuses nothing that the
 * transaction refuses: a repetition must get its stored answer, whatever became of the booking since.
 */
async function lackedNights(ctx: Context, input: ModifyInput): Promise<Night[]> {
  const booking = await authoriseBooking(ctx, ctx.db, input);
  const stays = (await staysOf(ctx.db, booking.id)).filter((stay) => stay.state === "confirmed");
  const { checkIn = booking.checkIn, checkOut = booking.checkOut } = input;
  if (daysBetween(checkIn, checkOut) > MAX_NIGHTS) return [];
  const products = stays.map((stay) => input.rooms.find((room) => room.roomStayId === stay.id)?.productId ?? stay.productId);
  const roomTypes = await roomTypesOf(ctx.db, booking.propertyId, products);
  const nights = nightsOf(checkIn, checkOut).map((date) => ({ date }));
  return netUnits(
    stays,
    stays.map((stay, index) => ({ roomStayId: stay.id, roomTypeId: roomTypes[index]!, nights })),
  ).filter((night) => night.units > 0);
}

async function changeIn(tx: Transaction, ctx: Context, input: ModifyInput): Promise<Committed<ModifyOutput>> {
  // Sent together: the stays are read behind the booking's lock.
  const [booking, stays] = await pipelined([authoriseBooking(ctx, tx, input, true), staysOf(tx, input.bookingId)]);
  const now = await databaseNow(tx);
  const plan = await planChange(ctx, tx, booking, stays, input, now);
  if (plan.hash !== input.quoteHash) throw refuse("PRICE_CHANGED", { total: plan.total, currency: booking.currency, quoteHash: plan.hash });
  const contact = await newContact(tx, booking, input);
  if (plan.stays.length === 0 && !contact) throw refuse("PRECONDITION", { reason: "nothing changes" });

  const actor = actorKey(ctx.actor);
  const net = netUnits(stays, plan.stays);
  const draft = plan.due > 0;
  const held = draft ? net.filter((night) => night.units > 0) : [];
  const moves = draft ? heldMoves(held, 1) : net.map(({ roomTypeId, date, units }) => ({ roomTypeId, date, sold: units }));
  const unproven = stays.some((stay) => stay.unproven && stay.state === "confirmed");
  const guard = unproven ? await shareGuard(ctx, tx, booking) : undefined;
  const moved = await takeNights(tx, [...(await abandonChange(tx, booking, actor)), ...moves], { actor, bookingId: booking.id }, guard);
  const done = (answer: ModifyOutput) => ({ answer, committed: () => announce(ctx, moved, "bookings_modified_total", { how: answer.status }) });

  if (contact?.guest)
    await tx
      .update(guests)
      .set(contact.guest)
      .where(and(eq(guests.propertyId, booking.propertyId), eq(guests.id, booking.guestId)));
  const asItIs = { checkIn: booking.checkIn, checkOut: booking.checkOut, stays: [], total: booking.total, dueOnline: booking.dueOnline };
  let { version } = booking;
  const written = { ...(draft ? asItIs : plan), notes: contact?.notes, contact: contact !== undefined };
  const settlement = await settleChange(tx, booking, stays, written);
  if (!draft || contact) version = await applyChange(tx, booking, stays, written, actor, settlement);
  if (!draft) return done({ status: "applied", bookingId: booking.id, version, refund: settlement?.back ?? 0, ways: settlement?.ways ?? [] });
  const change = await draftChange(tx, { ...booking, version }, plan, held, now, actor);
  const { id: changeId, due, currency, expiresAt } = change;
  return done({ status: "payment_due", bookingId: booking.id, changeId, due, currency, expiresAt: expiresAt.toISOString() });
}

interface Contact {
  guest: { name: string; phone: string };
  notes: string;
}

/** What of name, phone and notes becomes another; undefined where nothing does. */
async function newContact(tx: Transaction, booking: Booking, input: ModifyInput): Promise<Contact | undefined> {
  if (input.guest === undefined && input.notes === undefined) return undefined;
  const [old] = await tx.select({ name: guests.name, phone: guests.phone }).from(guests).where(eq(guests.id, booking.guestId));
  const guest = { name: input.guest?.name ?? old!.name, phone: input.guest?.phone ?? old!.phone };
  const notes = input.notes ?? booking.notes;
  return guest.name === old!.name && guest.phone === old!.phone && notes === booking.notes ? undefined : { guest, notes };
}

/** Moves the nights, each by its net count, locked in order first. @throws LackingNights, and what `guard` refuses */
async function takeNights(
  tx: Transaction,
  moves: NightMove[],
  cause: { actor: string; bookingId: string },
  guard?: (nights: NeededNight[]) => Promise<void>,
): Promise<MovedNight[]> {
  const needs = new Map<string, Night & { need: number }>();
  for (const { roomTypeId, date, sold = 0, held = 0 } of moves) {
    const key = `${roomTypeId}/${date}`;
    needs.set(key, { roomTypeId, date, need: (needs.get(key)?.need ?? 0) + sold + held });
  }
  const locked = await lockNights(tx, [...needs.values()]);
  const free = (night: Night) => locked.find((one) => one.roomTypeId === night.roomTypeId && one.date === night.date)?.free ?? 0;
  const lacking = [...needs.values()].filter((night) => night.need > 0 && free(night) < night.need).map(({ roomTypeId, date }) => ({ roomTypeId, date }));
  if (lacking.length > 0) throw new LackingNights(lacking);
  await guard?.(locked.map((night) => ({ ...night, need: needs.get(`${night.roomTypeId}/${night.date}`)?.need ?? 0 })));
  const moved = await moveLocked(tx, [{ moves, ...cause }], { reason: "modify" });
  if (!moved) throw new Error("the ledger refused nights that were free under our lock");
  return moved;
}
