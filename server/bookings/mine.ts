import { and, asc, desc, eq, sql, type SQL } from "drizzle-orm";
import { union } from "drizzle-orm/pg-core";
import { z } from "zod";
import { statement } from "../../db/client.ts";
import { isOneOf } from "../../db/conditions.ts";
import { bookings, guests, properties, roomStays, type StayState } from "../../db/schema/index.ts";
import type { Context } from "../context.ts";
import { refuse } from "../errors.ts";
import { dateField, idField } from "../platform/fields.ts";
import type { mineInput, mineOutput } from "./schemas.ts";
import { bookingState } from "./states.ts";

type Scope = z.infer<typeof mineInput>["scope"];

const { placeholder } = sql;
const LIVE = ["pending", "confirmed", "checked_in"] satisfies StayState[];
const USED = ["checked_out", "no_show"] satisfies StayState[];

/**
 * One page of a tab. The account's own bookings and those of its address are two branches, each by an index of its own:
 * an OR over both tables reads every booking that there is. Wants `userId`, `email` (null: not proven), `afterDate`,
 * `afterId` and `most`.
 */
const pageOf = (scope: Scope) =>
  statement((db) => {
    // Aggregated: so it is read for each booking of the branch, and can't become a scan of every stay.
    const stays = db
      .select({
        states: sql<string>`string_agg(${roomStays.state}, ',')`.as("states"),
        live: sql<boolean>`bool_or(${isOneOf(roomStays.state, LIVE)})`.as("live"),
        used: sql<boolean>`bool_or(${isOneOf(roomStays.state, USED)})`.as("used"),
      })
      .from(roomStays)
      .where(eq(roomStays.bookingId, bookings.id))
      .as("stays");
    const today = sql`(app_now() at time zone ${properties.zone})::date`;
    const shown = {
      upcoming: sql`${stays.live} and ${bookings.checkOut} >= ${today}`,
      past: sql`case when ${stays.live} then ${bookings.checkOut} < ${today} else ${stays.used} end`,
      cancelled: sql`not ${stays.live} and not ${stays.used}`,
    }[scope];
    const [order, beyond] = scope === "upcoming" ? [asc, sql`>`] : [desc, sql`<`];
    const after = sql`(${bookings.checkIn}, ${bookings.id}) ${beyond} (${placeholder("afterDate")}::date, ${placeholder("afterId")}::uuid)`;
    const branch = (owned: SQL) =>
      db
        .select({ ...columns, states: stays.states })
        .from(bookings)
        .innerJoin(guests, eq(guests.id, bookings.guestId))
        .innerJoin(properties, eq(properties.id, bookings.propertyId))
        .crossJoinLateral(stays)
        .where(and(owned, after, shown))
        .orderBy(order(bookings.checkIn), order(bookings.id))
        .limit(placeholder("most"));
    return union(branch(eq(bookings.userId, placeholder("userId"))), branch(eq(guests.email, placeholder("email"))))
      .orderBy(order(bookings.checkIn), order(bookings.id))
      .limit(placeholder("most"))
      .prepare(`my_bookings_${scope}`);
  });

const columns = {
  id: bookings.id,
  code: bookings.code,
  checkIn: bookings.checkIn,
  checkOut: bookings.checkOut,
  total: bookings.total,
  currency: bookings.currency,
  propertyName: properties.name,
  city: properties.city,
  country: properties.country,
  slug: properties.slug,
  version: properties.version,
};

const PAGES = { upcoming: pageOf("upcoming"), past: pageOf("past"), cancelled: pageOf("cancelled") } satisfies Record<Scope, unknown>;

/** Before the first of an ascending list, and of a descending one. */
const FIRST = {
  upcoming: ["-infinity", "00000000-0000-0000-0000-000000000000"],
  past: ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
  cancelled: ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
} as const satisfies Record<Scope, unknown>;

/**
 * The account's bookings: those it made, and those made with its verified e-mail.
 * Upcoming by arrival, the others latest first; a confirmed stay whose check-out has passed is past.
 * @throws UNAUTHENTICATED without an account; INVALID for a cursor that isn't ours
 */
export async function mine(ctx: Context, input: z.infer<typeof mineInput>): Promise<z.infer<typeof mineOutput>> {
  if (ctx.actor.kind !== "guest" || !ctx.actor.userId) throw refuse("UNAUTHENTICATED", {});
  const { userId, email, emailVerified } = ctx.actor;
  const [afterDate, afterId] = input.cursor === undefined ? FIRST[input.scope] : readCursor(input.cursor);
  const proven = emailVerified && email ? email : null;
  const rows = await PAGES[input.scope](ctx.db, { userId, email: proven, afterDate, afterId, most: input.limit + 1 });
  const items = rows.slice(0, input.limit);
  const last = rows.length > input.limit ? items.at(-1) : undefined;
  return {
    items: items.map(({ slug, version, states: joined, ...row }) => {
      const states = joined.split(",") as StayState[];
      return {
        ...row,
        state: bookingState(states.map((state) => ({ state }))),
        // Those that stand; of a booking cancelled as a whole, all that it had.
        rooms: states.filter((state) => state !== "cancelled").length || states.length,
        picture: `/art/property/${slug}.svg?v=${version}`,
      };
    }),
    nextCursor: last && `${last.checkIn}_${last.id}`,
  };
}

/** The last row's check-in and id. */
const cursorField = z.tuple([dateField, idField]);

function readCursor(cursor: string): [string, string] {
  const found = cursorField.safeParse(cursor.split("_")).data;
  if (!found) throw refuse("INVALID", { field: "cursor", reason: "unknown" });
  return found;
}
