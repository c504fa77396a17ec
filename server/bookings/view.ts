import { and, asc, eq, inArray, ne, sql } from "drizzle-orm";
import { statement, type Executor } from "../../db/client.ts";
import { bookingEvents, bookingNights, bookings, disputes, guests, moneyDecisions, payments, properties, refunds, roomStays } from "../../db/schema/index.ts";
import type { DisputeState } from "../../db/schema/payments.ts";
import type { Context } from "../context.ts";
import { pipelined } from "../platform/pipelined.ts";
import { bookingToken } from "../platform/tokens.ts";
import { methodsTaking, productsByIds } from "../rooms/index.ts";
import { authoriseBooking } from "./access.ts";
import { takenOf } from "./amounts.ts";
import { transferOf } from "./transfer.ts";
import { hasBegun } from "./begun.ts";
import { dueOnline } from "./money.ts";
import { pendingChange, type ChangeRow } from "./changes.ts";
import { messagesOf } from "./messages.ts";
import type { BookingView } from "./schemas.ts";
import { bookingState } from "./states.ts";

/** The booking as its guest sees it. @throws NOT_FOUND unless the caller may see it */
export async function get(ctx: Context, ref: { bookingId: string; token?: string | undefined }): Promise<BookingView> {
  await authoriseBooking(ctx, ctx.db, ref);
  return viewOf(ctx, ctx.db, ref.bookingId);
}

/** A person's gift is no part of what the booking keeps. */
const isGift = sql<boolean>`exists (select 1 from ${moneyDecisions} d where d.refund_id = ${refunds.id} and d.kind = 'goodwill')`;

/** As `isExamined` has it: not made before the guest's bank has decided. */
const waits = sql<boolean>`${refunds.state} = 'requested' and exists (select 1 from ${disputes} d where d.payment_id = ${refunds.paymentId} and d.state = 'open' and not d.refundable)`;

const disputedIn = (state: DisputeState) => sql<number>`coalesce(sum(${disputes.amount}) filter (where ${disputes.state} = ${state}), 0)::bigint`.mapWith(Number);

/** The view without a check of access: for jobs, and for verbs that have checked. */
export async function viewOf(ctx: Context, db: Executor, bookingId: string): Promise<BookingView> {
  const [[head], stays, money, given, [gone], [decided], messages] = await pipelined([
    db.select().from(bookings).innerJoin(guests, eq(guests.id, bookings.guestId)).innerJoin(properties, eq(properties.id, bookings.propertyId)).where(eq(bookings.id, bookingId)),
    db.select().from(roomStays).where(eq(roomStays.bookingId, bookingId)).orderBy(asc(roomStays.position)),
    db.select().from(payments).where(eq(payments.bookingId, bookingId)).orderBy(asc(payments.attempt)),
    db
      .select({ amount: refunds.amount, state: refunds.state, isGift, waits })
      .from(refunds)
      .innerJoin(payments, eq(payments.id, refunds.paymentId))
      .where(and(eq(payments.bookingId, bookingId), ne(refunds.state, "withdrawn"))),
    db
      .select({ lost: disputedIn("lost"), disputed: disputedIn("open") })
      .from(disputes)
      .innerJoin(payments, eq(payments.id, disputes.paymentId))
      .where(eq(payments.bookingId, bookingId)),
    db
      .select({ waived: sql<number>`coalesce(sum(${moneyDecisions.amount}), 0)::bigint`.mapWith(Number) })
      .from(moneyDecisions)
      .where(and(eq(moneyDecisions.bookingId, bookingId), eq(moneyDecisions.kind, "waive"))),
    messagesOf(db, bookingId),
  ]);
  if (!head) throw new Error(`booking ${bookingId} vanished`);
  const { bookings: booking, guests: guest, properties: property } = head;
  const [nights, products, draft, [made]] = await pipelined([
    db
      .select()
      .from(bookingNights)
      .where(
        inArray(
          bookingNights.roomStayId,
          stays.map((stay) => stay.id),
        ),
      )
      .orderBy(asc(bookingNights.stayDate)),
    productsByIds(db, property.id, [...new Set(stays.map((stay) => stay.productId))]),
    pendingChange(db, booking.id),
    db
      .select({ at: sql<string | null>`min(${bookingEvents.at})` })
      .from(bookingEvents)
      .where(and(eq(bookingEvents.bookingId, bookingId), eq(bookingEvents.version, booking.version))),
  ]);
  const state = bookingState(stays);
  const paid = money.reduce((sum, payment) => sum + takenOf(payment), 0);
  const lost = gone?.lost ?? 0;
  const owed = dueOnline(booking, stays, { waived: decided?.waived ?? 0 });
  const standsAhead = state === "confirmed" && !hasBegun(property, booking.checkIn, ctx.clock.now());
  const holds = state === "pending" && booking.holdExpiresAt !== null && booking.holdExpiresAt > ctx.clock.now();
  return {
    id: booking.id,
    code: booking.code,
    token: bookingToken(ctx.config.AUTH_SECRET, booking.id),
    version: booking.version,
    state,
    locale: booking.locale,
    createdAt: booking.createdAt.toISOString(),
    versionAt: made?.at ? new Date(made.at).toISOString() : booking.createdAt.toISOString(),
    checkIn: booking.checkIn,
    checkOut: booking.checkOut,
    currency: booking.currency,
    total: booking.total,
    dueOnline: booking.dueOnline,
    paid,
    refunded: given.reduce((sum, refund) => sum + (refund.state === "failed" ? 0 : refund.amount), 0),
    lost,
    disputed: gone?.disputed ?? 0,
    owedOnline: owed,
    kept: Math.max(0, Math.min(owed, paid - lost - given.reduce((sum, refund) => sum + (refund.isGift ? 0 : refund.amount), 0))),
    payment: booking.payment,
    paymentMethods: methodsTaking(ctx.config, products, booking.dueOnline),
    holdExpiresAt: booking.holdExpiresAt?.toISOString() ?? null,
    now: ctx.clock.now().toISOString(),
    notes: booking.notes,
    guest: { name: guest.name, email: guest.email, phone: guest.phone },
    property: {
      id: property.id,
      slug: property.slug,
      name: property.name,
      address: property.address,
      city: property.city,
      country: property.country,
      zone: property.zone,
      phone: property.phone,
      email: property.email,
      checkInFrom: property.checkInFrom,
      checkOutUntil: property.checkOutUntil,
      latitude: property.latitude,
      longitude: property.longitude,
      picture: `/art/property/${property.slug}.svg?v=${property.version}`,
    },
    stays: stays.map((stay) => ({
      id: stay.id,
      state: stay.state,
      roomTypeId: stay.roomTypeId,
      productId: stay.productId,
      roomName: stay.roomName,
      rateName: stay.rateName,
      meal: stay.meal,
      adults: stay.adults,
      childAges: stay.childAges,
      nights: nights.filter((night) => night.roomStayId === stay.id).map((night) => ({ date: night.stayDate, price: night.price })),
      charges: stay.charges,
      total: stay.total,
      fee: stay.fee,
      policy: stay.policy,
    })),
    payments: money.map((payment) => ({ id: payment.id, provider: payment.provider, state: payment.state, amount: payment.amount, method: payment.method })),
    refunds: given,
    change: draft && draft.expiresAt > ctx.clock.now() ? changeView(draft, money, property.zone) : null,
    canModify: standsAhead && booking.source !== "channel",
    canCancel: standsAhead || state === "pending",
    canPay: holds,
    paying: payingOf(state, holds, money),
    transfer: transferOf(
      money.findLast((payment) => payment.changeId === null),
      booking.holdExpiresAt,
      property.zone,
    ),
    messages,
  };
}

/** By the booking's own payments: those of a change pay for nothing that is pending. */
function payingOf(state: BookingView["state"], holds: boolean, money: readonly (typeof payments.$inferSelect)[]): BookingView["paying"] {
  if (state !== "pending") return "closed";
  const own = money.filter((payment) => payment.changeId === null);
  if (own.some((payment) => payment.state === "challenged")) return "review";
  if (!holds) return "over";
  return own.some((payment) => payment.state === "pending") ? "transfer" : "open";
}

function changeView(draft: ChangeRow, money: readonly (typeof payments.$inferSelect)[], zone: string): BookingView["change"] {
  const { id, checkIn, checkOut, total, due, expiresAt } = draft;
  const own = money.findLast((payment) => payment.changeId === id);
  return { id, checkIn, checkOut, total, due, expiresAt: expiresAt.toISOString(), transfer: transferOf(own, expiresAt, zone) };
}

const readNow = statement((db) =>
  db
    // Rounded as the columns round it: a Date would cut the microseconds off instead.
    .select({ now: sql<string>`app_now()::timestamptz(3)` })
    .from(sql`(values (1)) as one`)
    .prepare("database_now"),
);

/** The database's clock, for comparisons that must agree with it. */
export async function databaseNow(db: Executor): Promise<Date> {
  const [row] = await readNow(db, {});
  return new Date(row!.now);
}
