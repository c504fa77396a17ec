import { sql } from "drizzle-orm";
import { statement, type Transaction } from "../../db/client.ts";
import { bookingEvents, bookingNights, bookings, guests, roomStays, type StayState } from "../../db/schema/bookings.ts";
import type { QuotedStay } from "../rooms/schemas.ts";
import { newId } from "../platform/ids.ts";

// The inserts of a new booking: prepared statements whose shape doesn't depend on the number of rooms.

const { placeholder } = sql;

const insertGuest = statement((db) =>
  db
    .insert(guests)
    .values({
      id: placeholder("id"),
      propertyId: placeholder("propertyId"),
      email: placeholder("email"),
      name: placeholder("name"),
      phone: placeholder("phone"),
      country: placeholder("country"),
    })
    .prepare("insert_guest"),
);

const insertBooking = statement((db) =>
  db
    .insert(bookings)
    .values({
      id: placeholder("id"),
      propertyId: placeholder("propertyId"),
      code: placeholder("code"),
      guestId: placeholder("guestId"),
      userId: placeholder("userId"),
      actor: placeholder("actor"),
      source: placeholder("source"),
      locale: placeholder("locale"),
      currency: placeholder("currency"),
      checkIn: placeholder("checkIn"),
      checkOut: placeholder("checkOut"),
      total: placeholder("total"),
      dueOnline: placeholder("dueOnline"),
      payment: "online",
      holdExpiresAt: placeholder("holdExpiresAt"),
      notes: placeholder("notes"),
    })
    .prepare("insert_booking"),
);

const insertStays = statement((db) =>
  db
    .insert(roomStays)
    .select(
      sql`select ${placeholder("propertyId")}::uuid, s.id, ${placeholder("bookingId")}::uuid, s.position, s.room_type_id, s.product_id, ${placeholder("state")}::text, ${placeholder("checkIn")}::date, ${placeholder("checkOut")}::date, s.adults, s.child_ages, s.room_name, s.rate_name, s.meal, s.total, s.charges, s.policy, 0, null::uuid, null::timestamptz, 1
        from jsonb_to_recordset(${placeholder("stays")}::jsonb) as s(id uuid, position smallint, room_type_id int, product_id int, adults smallint, child_ages smallint[], room_name text, rate_name text, meal text, total bigint, charges jsonb, policy jsonb)`,
    )
    .prepare("insert_stays"),
);

const insertNights = statement((db) =>
  db
    .insert(bookingNights)
    .select(sql`select n.stay, n.date, n.price from jsonb_to_recordset(${placeholder("nights")}::jsonb) as n(stay uuid, date date, price bigint)`)
    .prepare("insert_nights"),
);

const insertEvent = statement((db) =>
  db
    .insert(bookingEvents)
    .values({
      propertyId: placeholder("propertyId"),
      bookingId: placeholder("bookingId"),
      type: placeholder("type"),
      actor: placeholder("actor"),
      version: placeholder("version"),
      data: placeholder("data"),
    })
    .prepare("insert_booking_event"),
);

export interface NewBooking {
  id: string;
  propertyId: string;
  code: string;
  guest: { email: string; name: string; phone: string; country?: string | undefined };
  userId: string | null;
  actor: string;
  source: string;
  locale: string;
  currency: string;
  checkIn: string;
  checkOut: string;
  total: number;
  dueOnline: number;
  /** By the database's clock. */
  holdExpiresAt: Date;
  notes: string;
  state: StayState;
  stays: QuotedStay[];
}

/**
 * Writes guest, booking, room stays and nights; the statements go out together, one round trip.
 */
export async function recordBooking(tx: Transaction, booking: NewBooking): Promise<void> {
  const guestId = newId();
  const stays = booking.stays.map((stay, position) => ({ ...stay, id: newId(), position }));
  const common = { propertyId: booking.propertyId, bookingId: booking.id, checkIn: booking.checkIn, checkOut: booking.checkOut };
  await Promise.all([
    insertGuest(tx, { ...booking.guest, country: booking.guest.country ?? null, id: guestId, propertyId: booking.propertyId }),
    insertBooking(tx, { ...booking, guestId }),
    insertStays(tx, {
      ...common,
      state: booking.state,
      stays: JSON.stringify(
        stays.map((stay) => ({
          id: stay.id,
          position: stay.position,
          room_type_id: stay.roomTypeId,
          product_id: stay.productId,
          adults: stay.adults,
          child_ages: stay.childAges,
          room_name: stay.roomName,
          rate_name: stay.rateName,
          meal: stay.meal,
          total: stay.total,
          charges: stay.charges,
          policy: stay.policy,
        })),
      ),
    }),
    insertNights(tx, { nights: JSON.stringify(stays.flatMap((stay) => stay.nights.map((night) => ({ stay: stay.id, ...night })))) }),
  ]);
}

/** Appends to the booking's own audit. */
export async function recordEvent(
  tx: Transaction,
  event: { propertyId: string; bookingId: string; type: string; actor: string; version: number; data?: Record<string, unknown> },
): Promise<void> {
  await insertEvent(tx, { data: {}, ...event });
}
