import type { Executor } from "../../db/client.ts";
import type { bookings, FrozenPolicy, HeldUnits, PlannedStay } from "../../db/schema/bookings.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { canonicalJson, sha256 } from "../platform/canonical.ts";
import { daysBetween, nightsOf } from "../platform/dates.ts";
import { MAX_NIGHTS } from "../platform/fields.ts";
import { CHANGE_FEE, SMALL_DIFFERENCE } from "../platform/money.ts";
import { isTooSmall } from "../platform/provider-amounts.ts";
import { pipelined } from "../platform/pipelined.ts";
import { feeAt, methodsFor, productsByIds, quoteFrom, rateNightsOf } from "../rooms/index.ts";
import type { QuotedStay } from "../rooms/schemas.ts";
import type { AuthorisedBooking } from "./access.ts";
import { amountsOf, onlineOf } from "./amounts.ts";
import { hasBegun } from "./begun.ts";
import type { ModifyQuoteInput } from "./modify-schemas.ts";
import { bookingState } from "./states.ts";
import type { StayRow } from "./stays.ts";

type Booking = typeof bookings.$inferSelect;
export type Wanted = Pick<ModifyQuoteInput, "checkIn" | "checkOut" | "rooms">;

/** What a change would make of a booking; nothing is written yet. Minor units. */
export interface ChangePlan {
  checkIn: string;
  checkOut: string;
  /** The room stays that change; the others keep what they were sold at. */
  stays: PlannedStay[];
  total: number;
  dueOnline: number;
  /** To be paid online first. */
  due: number;
  changeFee: number;
  /** All room stays that stand, as they will be. */
  policies: FrozenPolicy[];
  /** How long a draft may hold its nights. */
  holdMinutes: number;
  hash: string;
}

/** @throws PRECONDITION unless the booking is confirmed, the stay has not begun, and it is ours to change */
function standingStays(booking: AuthorisedBooking, stays: readonly StayRow[], now: Date): StayRow[] {
  const state = bookingState(stays);
  if (state !== "confirmed") throw refuse("PRECONDITION", { reason: "can't be changed", state });
  if (hasBegun(booking.property, booking.checkIn, now)) throw refuse("PRECONDITION", { reason: "the stay has begun", state });
  if (booking.source === "channel") throw refuse("PRECONDITION", { reason: "is changed where it was booked", state });
  return stays.filter((stay) => stay.state === "confirmed");
}

interface WantedStay {
  stay: StayRow;
  productId: number;
  adults: number;
  childAges: number[];
  changed: boolean;
}

/**
 * The stays as the guest wants them, those that stand only.
 * @throws NOT_FOUND for a room that isn't theirs or doesn't stand, INVALID for dates that make no stay, PRECONDITION
 */
function wantedStays(booking: AuthorisedBooking, stays: readonly StayRow[], wanted: Wanted, now: Date): { checkIn: string; checkOut: string; list: WantedStay[] } {
  const standing = standingStays(booking, stays, now);
  const { checkIn = booking.checkIn, checkOut = booking.checkOut } = wanted;
  const nights = daysBetween(checkIn, checkOut);
  if (nights < 1) throw refuse("INVALID", { field: "checkOut", reason: "must be after check-in" });
  if (nights > MAX_NIGHTS) throw refuse("INVALID", { field: "checkOut", reason: `at most ${MAX_NIGHTS} nights` });
  const rooms = new Map(wanted.rooms.map((room) => [room.roomStayId, room]));
  for (const id of rooms.keys()) if (!standing.some((stay) => stay.id === id)) throw refuse("NOT_FOUND", { what: "room" });
  const list = standing.map((stay) => {
    const { productId, adults, childAges } = rooms.get(stay.id) ?? stay;
    const same = productId === stay.productId && adults === stay.adults && String(childAges) === String(stay.childAges) && checkIn === stay.checkIn && checkOut === stay.checkOut;
    return { stay, productId, adults, childAges, changed: !same };
  });
  return { checkIn, checkOut, list };
}

/**
 * Prices a change: rooms that change are sold anew at today's prices and conditions, the others stay as they were sold.
 * What cancelling a room costs already is never given back (decision 011). Doesn't look at stock.
 * @param now the database's
 * @throws as `wantedStays`, RESTRICTED, NOT_FOUND product, PRECONDITION where a new rate can't be paid as the booking is
 */
export async function planChange(
  ctx: Pick<Context, "config" | "clock">,
  db: Executor,
  booking: AuthorisedBooking,
  stays: readonly StayRow[],
  wanted: Wanted,
  now: Date,
): Promise<ChangePlan> {
  const { checkIn, checkOut, list } = wantedStays(booking, stays, wanted, now);
  const changed = list.filter((one) => one.changed);
  const nothing = { sold: [], online: [], changeFee: 0, holdMinutes: 0 };
  const { sold, online, changeFee, holdMinutes } = changed.length > 0 ? await priced(ctx, db, booking, { checkIn, checkOut, changed }, now) : nothing;
  const afterOf = (plans: readonly PlannedStay[]) => list.map(({ stay }) => plans.find((one) => one.roomStayId === stay.id) ?? stay);
  const asked = amountsOf(booking.payment, afterOf(sold), stays).dueOnline - booking.dueOnline;
  // Too little for any provider to charge: the property collects it.
  const isSmall = asked > 0 && online.every((method) => isTooSmall(method, asked, booking.currency));
  const planned = isSmall ? collectedThere(sold, asked) : sold;
  const after = afterOf(planned);
  const { total, dueOnline } = amountsOf(booking.payment, after, stays);
  return {
    checkIn,
    checkOut,
    stays: planned,
    total,
    dueOnline,
    due: Math.max(0, dueOnline - booking.dueOnline),
    changeFee,
    policies: after.map((stay) => stay.policy),
    holdMinutes,
    hash: sha256(canonicalJson({ bookingId: booking.id, version: booking.version, checkIn, checkOut, planned, total, dueOnline })),
  };
}

async function priced(
  ctx: Pick<Context, "config" | "clock">,
  db: Executor,
  booking: Booking,
  { checkIn, checkOut, changed }: { checkIn: string; checkOut: string; changed: WantedStay[] },
  now: Date,
): Promise<{ sold: PlannedStay[]; online: ("stripe" | "midtrans")[]; changeFee: number; holdMinutes: number }> {
  const ids = [...new Set(changed.map((one) => one.productId))];
  const [facts, nights] = await pipelined([productsByIds(db, booking.propertyId, ids), rateNightsOf(db, ids, checkIn, checkOut)]);
  const rooms = changed.map(({ productId, adults, childAges }) => ({ productId, adults, childAges }));
  const quote = await quoteFrom(ctx.config, { propertyId: booking.propertyId, checkIn, checkOut, rooms }, facts, nights, ctx.clock.now());
  if (quote.currency !== booking.currency) throw refuse("PRECONDITION", { reason: "the property's currency is another one now" });
  const methods = methodsFor(ctx.config, facts);
  const payable = methods.some((method) => (method === "property") === (booking.payment === "property"));
  if (!payable) throw refuse("PRECONDITION", { reason: "payment method not offered" });
  // A fee holds nothing that the property collects, so it is weighed against what we collect for the new stay.
  const kept = changed.map(({ stay }, index) => Math.max(0, feeAt(stay.policy, now) - onlineOf(quote.stays[index]!)));
  return {
    online: methods.filter((method) => method !== "property"),
    sold: quote.stays.map((stay, index) => bound(stay, changed[index]!.stay, kept[index]!, now)),
    changeFee: kept.reduce((sum, fee) => sum + fee, 0),
    holdMinutes: facts[0]!.holdMinutes,
  };
}

/** Carries over what the guest is bound to: the fee that cancelling costs by now stays the least that the room costs. */
function bound(stay: QuotedStay, old: StayRow, changeFee: number, now: Date): PlannedStay {
  const planned = { ...stay, roomStayId: old.id };
  const fee = feeAt(old.policy, now);
  const since = old.policy.steps.findLast((step) => step.from < now.toISOString());
  if (fee === 0 || !since) return planned;
  const first = { from: since.from, fee: Math.max(fee, feeAt(stay.policy, new Date(since.from))) };
  const later = stay.policy.steps.filter((step) => step.from >= since.from && step.fee > first.fee);
  const base = { ...stay.policy.base, price: stay.policy.base.price + changeFee };
  const policy = { ...stay.policy, base, steps: [first, ...later], noShowFee: Math.max(fee, stay.policy.noShowFee) };
  if (changeFee === 0) return { ...planned, policy };
  const charge = { name: CHANGE_FEE, amount: changeFee, inclusive: false, collect: "now" as const };
  return { ...planned, total: stay.total + changeFee, charges: [...stay.charges, charge], policy };
}

/** Turns so much of the rooms' price into what the property collects; the total stays as it is. */
function collectedThere(sold: readonly PlannedStay[], amount: number): PlannedStay[] {
  let left = amount;
  return sold.map((stay) => {
    const part = Math.min(left, onlineOf(stay));
    left -= part;
    if (part <= 0) return stay;
    return { ...stay, charges: [...stay.charges, { name: SMALL_DIFFERENCE, amount: part, inclusive: true, collect: "property" as const }] };
  });
}

/** One net count a night of turning the stays into what is planned; nights without one stay untouched. */
export function netUnits(stays: readonly StayRow[], planned: readonly { roomStayId: string; roomTypeId: number; nights: readonly { date: string }[] }[]): HeldUnits[] {
  const net = new Map<string, HeldUnits>();
  const add = (roomTypeId: number, date: string, units: number) => {
    const key = `${roomTypeId}/${date}`;
    net.set(key, { roomTypeId, date, units: (net.get(key)?.units ?? 0) + units });
  };
  for (const one of planned) {
    const old = stays.find((stay) => stay.id === one.roomStayId);
    if (!old) throw new Error("a change of a room that the booking doesn't have");
    for (const date of nightsOf(old.checkIn, old.checkOut)) add(old.roomTypeId, date, -1);
    for (const { date } of one.nights) add(one.roomTypeId, date, 1);
  }
  return [...net.values()].filter(({ units }) => units !== 0);
}
