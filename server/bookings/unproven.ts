import { sql } from "drizzle-orm";
import { pgArray, statement, type Transaction } from "../../db/client.ts";
import { roomStays } from "../../db/schema/index.ts";
import { actorKey, type Context } from "../context.ts";
import type { Config } from "../platform/config.ts";
import { keyedHash } from "../platform/keyed-hash.ts";

// What stands unpaid, and whose it is, as the bounds count it (decision 022). Networks and contacts are counted without a
// lock: transactions at the same moment may each be the last that fits. What a night has is exact, since its row is locked.

/** Who asks for rooms. Kept with them while nothing is paid. */
export interface Asker {
  /** Neither an account whose address is verified, nor a cookie that gave the code mailed to the guest's address. */
  unproven: boolean;
  network: string;
  contact: string;
}

/** By what the bounds find an asker. */
export type AskerKeys = Pick<Asker, "network" | "contact"> & { actor: string };

/** Rooms that stand: held, or booked to be paid at the property, whose stay isn't over. */
export interface Standing {
  /** Unproven ones by night ("<room type>/<date>"), of nights that are full enough for it to matter. */
  nights: Map<string, number>;
  /** `atProperty` counts nights of unproven rooms, with those of the last hour's cancelled bookings. */
  networks: Map<string, { unpaid: number; unproven: number; atProperty: number }>;
  /** With those that ended within the hour, so that booking and cancelling by turns is bounded too. */
  contacts: Map<string, { rooms: number; atProperty: number }>;
  /** "<actor> <contact>" of whoever gave the code mailed there, within the day. */
  proofs: Set<string>;
}

/** Rooms that are to be paid at the property, and their nights. */
export interface Owed {
  rooms: number;
  nights: number;
}

const { placeholder } = sql;
const now = sql`(select at from clock)`;
/** Holds that are over count no more, swept or not. */
const stands = sql`((s.state = 'confirmed' and s.check_out >= ${now}::date)
  or (s.state = 'pending' and (select b.hold_expires_at from bookings b where b.id = s.booking_id) > ${now}))`;
/** Booked to be paid at the property, and cancelled within the hour: each told the property, and somebody's mailbox and telephone. */
const lately = sql`(s.ended_at > ${now} - interval '1 hour' and s.unproven and (select b.payment from bookings b where b.id = s.booking_id) = 'property')`;

const read = statement((db) =>
  db
    .select({
      kind: sql<"night" | "network" | "contact" | "proof">`kind`,
      key: sql<string>`key`,
      rooms: sql<number>`rooms`,
      unproven: sql<number>`unproven`,
      atProperty: sql<number>`at_property`,
    })
    .from(
      // The clock is asked once, not for each row.
      sql`(
        with clock as materialized (select app_now() as at)
        select 'night' as kind, n.room_type_id || '/' || n.stay_date as key, 0 as rooms, count(*)::int as unproven, 0 as at_property
        from unnest(${placeholder("rooms")}::int[], ${placeholder("dates")}::date[]) as n(room_type_id, stay_date)
        join inventory_nights i on i.room_type_id = n.room_type_id and i.stay_date = n.stay_date
          and i.stay_date between ${placeholder("from")} and ${placeholder("to")}
          and i.sold + i.held + ${placeholder("asked")}::int > i.physical * ${placeholder("share")}::int / 100
        join room_stays s on s.room_type_id = n.room_type_id and s.unproven and s.ended_at is null
          and s.check_in > n.stay_date - 30 and s.check_in <= n.stay_date and s.check_out > n.stay_date
        where ${stands} group by n.room_type_id, n.stay_date
        union all
        select 'network', k.key, (count(*) filter (where s.ended_at is null))::int, (count(*) filter (where s.ended_at is null and s.unproven))::int,
          coalesce(sum(s.check_out - s.check_in) filter (where s.unproven and s.state <> 'pending'), 0)::int
        from unnest(${placeholder("networks")}::text[]) as k(key)
        join room_stays s on s.network = k.key and s.network is not null
        where (s.ended_at is null and ${stands}) or ${lately} group by k.key
        union all
        select 'contact', k.key, count(*)::int, 0, count(*) filter (where s.unproven and s.state = 'confirmed')::int
        from unnest(${placeholder("contacts")}::text[]) as k(key)
        join room_stays s on s.contact = k.key and s.contact is not null
        where (s.ended_at is null and s.check_out >= ${now}::date) or s.ended_at > ${now} - interval '1 hour' group by k.key
        union all
        select 'proof', k.actor || ' ' || k.contact, 0, 0, 0
        from unnest(${placeholder("actors")}::text[], ${placeholder("contactsOfActors")}::text[]) as k(actor, contact)
        join contact_proofs p on p.actor = k.actor and p.contact = k.contact where p.proven_at > ${now} - interval '24 hours'
      ) as standing`,
    )
    .prepare("standing_rooms"),
);

interface Asked {
  /** Lock them first, for their counts to be exact. */
  nights: readonly { roomTypeId: number; date: string }[];
  /** Rooms of all askers together: while with them no more is taken than the share, nobody needs to be counted. */
  rooms: number;
}

/** What stands on these nights, and of these askers. */
export async function standingOf(tx: Transaction, config: Config, { nights, rooms: asked }: Asked, askers: readonly AskerKeys[]): Promise<Standing> {
  const distinct = [...new Map(nights.map((night) => [nightKey(night), night])).values()];
  const dates = distinct.map((night) => night.date).toSorted();
  const rows = await read(tx, {
    rooms: pgArray(distinct.map((night) => night.roomTypeId)),
    dates: pgArray(distinct.map((night) => night.date)),
    from: dates[0] ?? "2000-01-01",
    to: dates.at(-1) ?? "2000-01-01",
    asked,
    share: config.UNPROVEN_SHARE_PERCENT,
    networks: pgArray([...new Set(askers.map((asker) => asker.network))]),
    contacts: pgArray([...new Set(askers.map((asker) => asker.contact))]),
    actors: pgArray(askers.map((asker) => asker.actor)),
    contactsOfActors: pgArray(askers.map((asker) => asker.contact)),
  });
  const of = (kind: (typeof rows)[number]["kind"]) => rows.filter((row) => row.kind === kind);
  return {
    nights: new Map(of("night").map((row) => [row.key, row.unproven])),
    networks: new Map(of("network").map(({ key, rooms, unproven, atProperty }) => [key, { unpaid: rooms, unproven, atProperty }])),
    contacts: new Map(of("contact").map(({ key, rooms, atProperty }) => [key, { rooms, atProperty }])),
    proofs: new Set(of("proof").map((row) => row.key)),
  };
}

export function nightKey(night: { roomTypeId: number; date: string }): string {
  return `${night.roomTypeId}/${night.date}`;
}

/** The caller as the bounds count, asking for a guest with this e-mail. A network that isn't known is one for all. */
export function askerKeys({ config, actor, network }: Context, email: string): AskerKeys {
  return { actor: actorKey(actor), network: network ?? keyedHash(config, "network", "unknown"), contact: keyedHash(config, "contact", email) };
}

/** What the caller has proven: to be a person with some mailbox, and to read the guest's own. */
export function proofOf({ actor }: Context, keys: AskerKeys, email: string, standing: Standing): { holder: boolean; contact: boolean } {
  const verified = actor.kind === "guest" && actor.emailVerified === true;
  const contact = (verified && actor.email === email) || standing.proofs.has(`${keys.actor} ${keys.contact}`);
  return { holder: verified || contact, contact };
}

/** Counts the rooms in for those who come later in the same transaction. */
export function countIn(standing: Standing, { unproven, network, contact }: Asker, needs: ReadonlyMap<string, number>, rooms: number): void {
  const networks = standing.networks.get(network) ?? { unpaid: 0, unproven: 0, atProperty: 0 };
  standing.networks.set(network, { ...networks, unpaid: networks.unpaid + rooms, unproven: networks.unproven + (unproven ? rooms : 0) });
  const contacts = standing.contacts.get(contact) ?? { rooms: 0, atProperty: 0 };
  standing.contacts.set(contact, { ...contacts, rooms: contacts.rooms + rooms });
  if (unproven) for (const [night, need] of needs) standing.nights.set(night, (standing.nights.get(night) ?? 0) + need);
}

/** The same for rooms that are to be paid at the property from now on, so many nights in all. */
export function owe(standing: Standing, { network, contact }: Pick<Asker, "network" | "contact">, { rooms, nights }: Owed): void {
  const networks = standing.networks.get(network) ?? { unpaid: 0, unproven: 0, atProperty: 0 };
  standing.networks.set(network, { ...networks, atProperty: networks.atProperty + nights });
  const contacts = standing.contacts.get(contact) ?? { rooms: 0, atProperty: 0 };
  standing.contacts.set(contact, { ...contacts, atProperty: contacts.atProperty + rooms });
}

const prove = statement((db) =>
  db
    .update(roomStays)
    .set({ unproven: false })
    .where(sql`${roomStays.bookingId} = any(${placeholder("bookingIds")}::uuid[]) and ${roomStays.unproven}`)
    .returning({ id: roomStays.id })
    .prepare("prove_stays"),
);

/** Of these bookings somebody has proven the guest's address by now: they leave the share and the bounds of the unproven. */
export async function proveStays(tx: Transaction, bookingIds: readonly string[]): Promise<void> {
  if (bookingIds.length > 0) await prove(tx, { bookingIds: pgArray(bookingIds) });
}

/**
 * Forgets who asked for rooms that nobody counts any more: their stay is over, or they ended an hour ago.
 * @returns of how many rooms
 */
export async function forgetAskers({ db }: Pick<Context, "db">, most: number): Promise<number> {
  const { count } = await db.execute(sql`
    update room_stays set unproven = false, network = null, contact = null where ctid = any(array(
      select ctid from room_stays where contact is not null and (ended_at < app_now() - interval '1 hour' or check_out < app_now()::date) limit ${most}))`);
  return count;
}
