import { sql } from "drizzle-orm";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { bookingNights, bookings, guests, roomStays, type EventData, type StayState } from "../../db/schema/bookings.ts";
import type { HistoryType } from "./events.ts";
import type { QuotedStay } from "../rooms/schemas.ts";
import { newId } from "../platform/ids.ts";
import type { Asker } from "./unproven.ts";
import { pipelined } from "../platform/pipelined.ts";

// The inserts of new bookings: prepared statements whose shape depends neither on the number of rooms nor of bookings.

const { placeholder } = sql;
const rows = sql`${placeholder("rows")}::jsonb`;

const insertGuests = statement((db) =>
  db
    .insert(guests)
    .select(
      sql`select g.guest_id, g.property_id, g.email, g.name, g.phone, g.country, null::timestamptz, app_now()
        from jsonb_to_recordset(${rows}) as g(guest_id uuid, property_id uuid, email text, name text, phone text, country text)`,
    )
    .prepare("insert_guests"),
);

const insertBookings = statement((db) =>
  db
    .insert(bookings)
    .select(
      sql`select b.id, b.property_id, b.code, b.guest_id, b.user_id, b.actor, b.source, null::uuid, null::text, b.locale, b.currency, b.check_in, b.check_out,
          b.total, b.due_online, 'online', b.hold_expires_at, false, false, b.notes, 1, app_now()
        from jsonb_to_recordset(${rows}) as b(id uuid, property_id uuid, code text, guest_id uuid, user_id text, actor text, source text, locale text, currency text,
          check_in date, check_out date, total bigint, due_online bigint, hold_expires_at timestamptz, notes text)`,
    )
    .prepare("insert_bookings"),
);

const insertStays = statement((db) =>
  db
    .insert(roomStays)
    .select(
      sql`select s.property_id, s.id, s.booking_id, s.position, s.room_type_id, s.product_id, s.state, s.check_in, s.check_out, s.adults, s.child_ages,
          s.room_name, s.rate_name, s.meal, s.total, s.charges, s.policy, 0, null::uuid, null::timestamptz, 1,
          s.unproven, s.network, s.contact
        from jsonb_to_recordset(${rows}) as s(property_id uuid, id uuid, booking_id uuid, position smallint, room_type_id int, product_id int, state text,
          check_in date, check_out date, adults smallint, child_ages smallint[], room_name text, rate_name text, meal text, total bigint, charges jsonb, policy jsonb,
          unproven boolean, network text, contact text)`,
    )
    .prepare("insert_stays"),
);

const insertNights = statement((db) =>
  db
    .insert(bookingNights)
    .select(
      sql`select n.stay, n.date, n.price from unnest(${placeholder("stays")}::uuid[], ${placeholder("dates")}::date[], ${placeholder("prices")}::bigint[]) as n(stay, date, price)`,
    )
    .prepare("insert_nights"),
);

const insertEvents = statement((db) => {
  const logged = db.$with("logged", { one: sql<number>`one`.as("one") }).as(
    sql`insert into booking_events (property_id, booking_id, type, actor, version, data)
      select e.property_id, e.booking_id, e.type, e.actor, e.version, e.data
      from jsonb_to_recordset(${rows}) as e(property_id uuid, booking_id uuid, type text, actor text, version int, data jsonb) returning 1 as one`,
  );
  return db.with(logged).select({ one: logged.one }).from(logged).prepare("insert_booking_events");
});

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
  /** Who asks for it, as the bounds count. */
  asker: Asker;
}

/** Writes guests, bookings, room stays and nights; the statements go out together, one round trip however many they are. */
export async function recordBookings(tx: Transaction, list: readonly NewBooking[]): Promise<void> {
  const made = list.map((booking) => ({ booking, guestId: newId(), stays: booking.stays.map((stay, position) => ({ ...stay, id: newId(), position })) }));
  const nights = made.flatMap(({ stays }) => stays.flatMap((stay) => stay.nights.map((night) => ({ stay: stay.id, ...night }))));
  await pipelined([
    insertGuests(tx, {
      rows: JSON.stringify(made.map(({ booking: { guest, propertyId }, guestId }) => ({ guest_id: guestId, property_id: propertyId, ...guest }))),
    }),
    insertBookings(tx, { rows: JSON.stringify(made.map(({ booking, guestId }) => bookingRow(booking, guestId))) }),
    insertStays(tx, { rows: JSON.stringify(made.flatMap(({ booking, stays }) => stays.map((stay) => stayRow(booking, stay)))) }),
    insertNights(tx, {
      stays: pgArray(nights.map((night) => night.stay)),
      dates: pgArray(nights.map((night) => night.date)),
      prices: pgArray(nights.map((night) => night.price)),
    }),
  ]);
}

function bookingRow(booking: NewBooking, guestId: string): Record<string, unknown> {
  return {
    id: booking.id,
    property_id: booking.propertyId,
    code: booking.code,
    guest_id: guestId,
    user_id: booking.userId,
    actor: booking.actor,
    source: booking.source,
    locale: booking.locale,
    currency: booking.currency,
    check_in: booking.checkIn,
    check_out: booking.checkOut,
    total: booking.total,
    due_online: booking.dueOnline,
    hold_expires_at: booking.holdExpiresAt,
    notes: booking.notes,
  };
}

function stayRow(booking: NewBooking, stay: QuotedStay & { id: string; position: number }): Record<string, unknown> {
  return {
    property_id: booking.propertyId,
    id: stay.id,
    booking_id: booking.id,
    position: stay.position,
    room_type_id: stay.roomTypeId,
    product_id: stay.productId,
    state: booking.state,
    check_in: booking.checkIn,
    check_out: booking.checkOut,
    adults: stay.adults,
    child_ages: stay.childAges,
    room_name: stay.roomName,
    rate_name: stay.rateName,
    meal: stay.meal,
    total: stay.total,
    charges: stay.charges,
    policy: stay.policy,
    ...booking.asker,
  };
}

export interface BookingEvent {
  propertyId: string;
  bookingId: string;
  type: HistoryType;
  actor: string;
  /** The booking's version that the event made. */
  version: number;
  /** Facts without personal data. */
  data?: EventData;
}

/** Appends to the bookings' own audit. */
export async function recordEvent(tx: Transaction, ...events: BookingEvent[]): Promise<void> {
  if (events.length === 0) return;
  const list = events.map(({ propertyId, bookingId, type, actor, version, data = {} }) => ({ property_id: propertyId, booking_id: bookingId, type, actor, version, data }));
  await insertEvents(tx, { rows: JSON.stringify(list) });
}
