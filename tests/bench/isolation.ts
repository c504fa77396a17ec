import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";
import { DEMO_KEYS } from "../../local/keys.ts";
import { signDelivery } from "../../local/qstash/sign.ts";
import { guestCookie } from "../helpers/guest-cookie.ts";
import type { Bench } from "./context.ts";
import { figure, median, type Figure } from "./figures.ts";
import { holdOnly, type Wish } from "./guests.ts";
import type { HotPlace, HotProperty } from "./hot-place.ts";
import { openLoad, repeat, type Load } from "./load.ts";

/** Calm and troubled in turn, for the machine's own speed wanders. */
const ROUNDS = 6;
const GUESTS = 40;
const CONNECTIONS = 4;
/** Guests of the troubled property, four of each kind, who ask again as soon as they are refused. */
const HAMMERING = 16;
const SWEPT = 10;
const DAYS = 60;
/** The default of `LOCK_WAIT_MS`. */
const PATIENCE_MS = 2500;

const KINDS = ["hold", "confirmation", "cancellation", "delivery", "sweep"] as const;
/** What the troubled hotel's guests and the queue ask for. */
const ASKS = ["hold", "cancellation", "delivery", "confirmation"];
type Times = Record<(typeof KINDS)[number], number[]>;

interface Booked {
  bookingId: string;
  token: string;
  cookie: string;
}

/**
 * What one hotel's trouble costs another: somebody keeps one of its nights locked, its guests and the queue hammer it,
 * and meanwhile another hotel's guests book, cancel, and its holds are ended. The floor is the same without the trouble.
 */
export async function isolation(bench: Bench): Promise<Figure[]> {
  const place = await bench.hotPlace();
  const load = openLoad(place.url);
  const [troubled, other] = [await place.property(100_000), await place.property(100_000)];
  const sql = postgres(place.databaseUrl, { max: 2, onnotice: () => {} });
  try {
    const days = await Promise.all(Array.from({ length: DAYS }, (_, day) => other.wish(load, day * 4)));
    const stuck = await troubled.wish(load);
    const world: Stage = { place, load, sql, other, days };
    await measure(world, empty());
    const [calm, trouble, waits] = [empty(), empty(), new Map<string, number[]>(ASKS.map((ask) => [ask, []]))];
    for (let round = 0; round < ROUNDS; round += 1) {
      await measure(world, calm);
      await whileTroubled(world, troubled, stuck, waits, () => measure(world, trouble));
    }
    for (const [ask, times] of waits)
      bench.say(`isolation: ${times.length} times ${ask} of the locked night, median ${median(times).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms`);
    // What an answer takes without any waiting.
    const ownTime = Math.ceil(Math.max(...calm.hold, ...calm.confirmation, ...calm.cancellation));
    return [
      ...KINDS.map((kind) => figure("isolation", `${kind} at another hotel, median`, median(trouble[kind]), "ms", { floor: median(calm[kind]), mostRatio: 2 })),
      figure("isolation", "longest wait of a guest who asks for the locked night", Math.max(...ASKS.filter((ask) => ask !== "delivery").flatMap((ask) => waits.get(ask)!)), "ms", {
        most: PATIENCE_MS + ownTime,
      }),
    ];
  } finally {
    load.close();
    await sql.end();
  }
}

interface Stage {
  place: HotPlace;
  load: Load;
  sql: postgres.Sql;
  other: HotProperty;
  days: Wish[];
}

const empty = (): Times => ({ hold: [], confirmation: [], cancellation: [], delivery: [], sweep: [] });

async function timed<T>(times: number[], work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  times.push(performance.now() - started);
  return result;
}

async function heldBy(load: Load, wish: Wish): Promise<Booked> {
  const cookie = await guestCookie(DEMO_KEYS.AUTH_SECRET);
  const { result } = JSON.parse((await holdOnly(load, wish, cookie)).body) as { result: { data: { bookingId: string; token: string } } };
  return { ...result.data, cookie };
}

const confirm = (load: Load, { cookie, ...booking }: Booked) => load.mutate("payments.start", { ...booking, idempotencyKey: randomUUID(), method: "property" }, cookie);
const cancel = (load: Load, { cookie, ...booking }: Booked) => load.mutate("bookings.cancel", { ...booking, expectedFee: 0, idempotencyKey: randomUUID() }, cookie);

/** One round at the hotel without trouble. */
async function measure({ place, load, sql, other, days }: Stage, times: Times): Promise<void> {
  await repeat(GUESTS, CONNECTIONS, async (index) => {
    const booking = await timed(times.hold, () => heldBy(load, days[index % DAYS]!));
    await timed(times.confirmation, () => confirm(load, booking));
    await timed(times.cancellation, () => cancel(load, booking));
  });
  const held: Booked[] = [];
  for (let index = 0; index < 2 * SWEPT; index += 1) held.push(await heldBy(load, days[index % DAYS]!));
  await makeOverdue(sql, held);
  for (const booking of held.slice(SWEPT)) await timed(times.delivery, () => deliver(place, other, booking));
  await timed(times.sweep, () => swept(place, sql, held.slice(0, SWEPT)));
}

const makeOverdue = (sql: postgres.Sql, held: readonly Booked[]) =>
  sql`update bookings set hold_expires_at = app_now() - interval '1 minute' where id = any(${held.map(({ bookingId }) => bookingId)}::uuid[])`;

async function post(place: HotPlace, path: string, body: string): Promise<Response> {
  const signature = signDelivery({
    key: DEMO_KEYS.QSTASH_CURRENT_SIGNING_KEY,
    url: `${place.publicUrl}${path}`,
    body: Buffer.from(body),
    issuedAt: Math.floor(Date.now() / 1000),
    id: randomUUID(),
  });
  const answer = await fetch(`${place.url}${path}`, { method: "POST", body, headers: { "upstash-signature": signature, "content-type": "application/json" } });
  await answer.arrayBuffer();
  return answer;
}

/** The queue delivers the end of a hold. */
async function deliver(place: HotPlace, { propertyId }: HotProperty, { bookingId }: Booked): Promise<void> {
  const payload = { bookingId, propertyId, version: 1, holdExpiresAt: new Date().toISOString() };
  const answer = await post(place, "/jobs/close-hold", JSON.stringify({ outboxId: randomUUID(), type: "booking.held", v: 1, payload }));
  if (!answer.ok) throw new Error(`the delivery was answered ${answer.status}`);
}

/** The tick runs its sweep of holds alone; until those of the hotel are gone. */
async function swept(place: HotPlace, sql: postgres.Sql, held: readonly Booked[]): Promise<void> {
  await sql`update tick_runs set last_started_at = case name when 'holds' then app_now() - interval '1 hour' else app_now() end, leased_until = null`;
  const tick = post(place, "/jobs/tick", "{}");
  for (let left = held.length; left > 0; await wait(2)) {
    const [row] = await sql<
      { left: number }[]
    >`select count(*)::int as left from bookings where id = any(${held.map(({ bookingId }) => bookingId)}::uuid[]) and hold_expires_at is not null`;
    left = row!.left;
  }
  // What it waits for elsewhere goes on beside us.
  tick.catch(() => {});
}

/** Keeps a night of the hotel locked and lets its guests and the queue hammer it, until `work` is done. */
async function whileTroubled({ place, load, sql }: Stage, hotel: HotProperty, wish: Wish, waits: ReadonlyMap<string, number[]>, work: () => Promise<void>): Promise<void> {
  const bookings: Booked[] = [];
  for (let index = 0; index < HAMMERING; index += 1) bookings.push(await heldBy(load, wish));
  for (let index = 1; index < HAMMERING; index += 4) await confirm(load, bookings[index]!);
  await makeOverdue(
    sql,
    bookings.filter((_, index) => index % 4 === 2),
  );
  const asks: readonly ((booking: Booked) => Promise<unknown>)[] = [
    () => heldBy(load, wish),
    (booking: Booked) => cancel(load, booking),
    (booking: Booked) => deliver(place, hotel, booking),
    (booking: Booked) => confirm(load, booking),
  ];
  let over = false;
  const hammer = async (booking: Booked, index: number): Promise<void> => {
    while (!over) await timed(waits.get(ASKS[index % ASKS.length]!)!, () => asks[index % 4]!(booking).catch(() => undefined));
  };
  const outsider = postgres(place.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    let hammering: Promise<unknown> = Promise.resolve();
    await outsider.begin(async (tx) => {
      await tx`select from inventory_nights where room_type_id = ${hotel.roomTypeId} and stay_date = ${wish.checkIn} for update`;
      hammering = Promise.all(bookings.map(hammer));
      await wait(200);
      await work();
      over = true;
      await hammering;
    });
  } finally {
    over = true;
    await outsider.end();
  }
}
