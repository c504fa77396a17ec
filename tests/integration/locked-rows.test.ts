import { sql } from "drizzle-orm";
import postgres from "postgres";
import { beforeEach, expect, test, vi } from "vitest";
import { sweepDue, type Sweep } from "../../jobs/sweep.ts";
import { cancel, closeHold, overdueHolds, settle } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookingToken } from "../../server/platform/tokens.ts";
import { bookAtProperty, changeOf, holdStay, stateOf, wish } from "../helpers/booking.ts";
import { anonymous, type TestContext } from "../helpers/context.ts";
import { guestCookie } from "../helpers/guest-cookie.ts";
import { payByStripe } from "../helpers/gateway.ts";
import { MINUTE, paymentDesk } from "../helpers/payments.ts";
import { callWire, type WireAnswer } from "../helpers/trpc.ts";
import { createProperty, type World } from "../helpers/world.ts";

// An outsider keeps one row locked: whoever needs it is refused in the product's words when the patience ends, and the same
// ask goes through once the row is free. Everybody else notices nothing.

const desk = paymentDesk();
let hasty: TestContext;
beforeEach(() => {
  hasty = { ...desk.ctx, config: { ...desk.ctx.config, LOCK_WAIT_MS: 300 } };
  desk.gateway.runtime.services = hasty;
});

interface Stage {
  world: World;
  guest: TestContext;
  cookie: string;
  bookingId: string | undefined;
}

/** Whole rows, as strongly as a row can be locked; of those that there are at the stage. */
const ROWS: Readonly<Record<string, (stage: Stage) => string>> = {
  "a night": ({ world }) => `select from inventory_nights where room_type_id = ${world.roomTypeId} and stay_date = '2027-03-02' for update`,
  "the property": ({ world }) => `select from properties where id = '${world.propertyId}' for update`,
  "the booking": ({ bookingId }) => `select from bookings where id = '${bookingId}' for update`,
  "the room stays": ({ bookingId }) => `select from room_stays where booking_id = '${bookingId}' for update`,
  "the guest": ({ bookingId }) => `select from guests where id = (select guest_id from bookings where id = '${bookingId}') for update`,
  "the payment": ({ bookingId }) => `select from payments where booking_id = '${bookingId}' for update`,
};

interface Verb {
  path: string;
  /** Brings the world to where the verb is asked for; returns what it is asked. */
  input: (stage: Stage) => Promise<Record<string, unknown>>;
}

const confirmed = async (stage: Stage): Promise<string> => (stage.bookingId = await bookAtProperty(stage.guest, stage.world));
const held = async (stage: Stage): Promise<string> => {
  const { bookingId } = await holdStay(stage.guest, stage.world);
  return (stage.bookingId = bookingId);
};

const VERBS: Readonly<Record<string, Verb>> = {
  "a hold": { path: "bookings.hold", input: async ({ world, guest }) => ({ ...(await wish(guest, world)) }) },
  "a payment at the property": {
    path: "payments.start",
    input: async (stage) => ({ bookingId: await held(stage), method: "property", idempotencyKey: newId() }),
  },
  "a payment by card": {
    path: "payments.start",
    input: async (stage) => ({ bookingId: await held(stage), method: "stripe", idempotencyKey: newId() }),
  },
  "another try to pay by card": {
    path: "payments.start",
    input: async (stage) => {
      const bookingId = await held(stage);
      await desk.pageOf(stage.guest, bookingId);
      return { bookingId, method: "stripe", idempotencyKey: newId() };
    },
  },
  "a change": {
    path: "bookings.modify",
    input: async (stage) => {
      const change = await changeOf(desk.ctx, await confirmed(stage), { checkOut: "2027-03-04" });
      return { ...change };
    },
  },
  "a cancellation": {
    path: "bookings.cancel",
    input: async (stage) => ({ bookingId: await confirmed(stage), expectedFee: 0, idempotencyKey: newId() }),
  },
};

async function whileLocked(lock: string, work: () => Promise<void>): Promise<void> {
  const outsider = postgres(desk.database.url, { max: 1, onnotice: () => {} });
  try {
    await outsider.begin(async (tx) => {
      await tx.unsafe(lock);
      await work();
    });
  } finally {
    await outsider.end();
  }
}

/** There is no booking yet before the hold. */
const CASES = Object.keys(VERBS)
  .flatMap((verb) => Object.keys(ROWS).map((row) => [verb, row] as const))
  .filter(([verb, row]) => verb !== "a hold" || ["a night", "the property"].includes(row));

test.each(CASES)("%s, while somebody keeps %s locked: done or refused as busy, and done with the same key afterwards", async (verbName, row) => {
  const guest = desk.ctx.as(anonymous());
  const stage: Stage = { world: await createProperty(desk.db, { rooms: [{ units: 3 }] }), guest, cookie: await guestCookie(desk.ctx.config.AUTH_SECRET), bookingId: undefined };
  const { path, input } = VERBS[verbName]!;
  const asked = await input(stage);
  const token = stage.bookingId && { token: bookingToken(desk.ctx.config.AUTH_SECRET, stage.bookingId) };
  const ask = (): Promise<WireAnswer> => callWire(desk.gateway, path, { ...asked, ...token }, { type: "mutation", cookie: stage.cookie });
  let first: WireAnswer | undefined;
  await whileLocked(ROWS[row]!(stage), async () => void (first = await ask()));
  if (first!.error) {
    expect(first!.error.data.domain?.code).toMatch(/^(ROOM_BUSY|UNAVAILABLE)$/);
    expect(first!.error.data.domain?.facts).toMatchObject({ retryAfterMs: expect.any(Number) });
  }
  const again = await ask();
  expect(again.error).toBeUndefined();
  if (first!.data) expect(again.data).toEqual(first!.data);
});

test("a sweep leaves a property where something is locked after one wait, and finds what lies behind its items", async () => {
  const troubled = await createProperty(desk.db, { rooms: [{ units: 9 }] });
  const other = await createProperty(desk.db);
  const stuck = [];
  for (let index = 0; index < 4; index += 1) stuck.push(await holdStay(desk.ctx.as(anonymous()), troubled));
  const well = await holdStay(desk.ctx.as(anonymous()), other);
  await desk.ctx.advance(16 * MINUTE);
  const tried: string[] = [];
  const own = new Set([troubled.propertyId, other.propertyId]);
  // No more at a time than the troubled property's own.
  const sweep: Sweep = {
    name: "holds",
    find: async (ctx, without) => (await overdueHolds(ctx, 0, 1000, without)).filter(({ propertyId }) => own.has(propertyId)).slice(0, stuck.length),
    work: (ctx, id) => {
      tried.push(id);
      return closeHold(ctx, id);
    },
  };
  await whileLocked(`select from inventory_nights where room_type_id = ${troubled.roomTypeId} for update`, async () => {
    expect(await sweepDue(hasty, sweep)).toEqual({ seen: 2, failed: 1, left: 1 });
    expect(await stateOf(desk.db, well.bookingId)).toEqual(["expired"]);
  });
  expect(tried).toHaveLength(2);
  expect(await sweepDue(hasty, sweep)).toEqual({ seen: 4, failed: 0, left: 0 });
});

test("however many wait for one locked night, cancels and deliveries of another property find a connection", async () => {
  const troubled = await createProperty(desk.db, { rooms: [{ units: 40 }] });
  const other = await createProperty(desk.db, { rooms: [{ units: 9 }] });
  const guest = desk.ctx.as(anonymous());
  const stuck: string[] = [];
  for (let index = 0; index < 24; index += 1) stuck.push(await bookAtProperty(guest, troubled));
  const well = await bookAtProperty(guest, other);
  const paid = await desk.onPage();
  desk.loseWebhooks();
  await payByStripe(paid.pageUrl);
  const cancelIt = (bookingId: string) => cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  let left = stuck.length;
  let waiting: Promise<unknown>[] = [];
  await whileLocked(`select from inventory_nights where room_type_id = ${troubled.roomTypeId} for update`, async () => {
    waiting = stuck.map((bookingId) => cancelIt(bookingId).finally(() => (left -= 1)));
    await vi.waitFor(async () => {
      const [row] = await desk.db.execute<{ n: number }>(
        sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and application_name = 'nightledger-waiting'`,
      );
      expect(row?.n).toBeGreaterThan(0);
    });
    await cancelIt(well);
    await settle(desk.ctx, (await desk.payment(paid.bookingId)).id);
    expect(await stateOf(desk.db, paid.bookingId)).toEqual(["confirmed"]);
    expect(left).toBe(stuck.length);
  });
  await Promise.all(waiting);
  expect(await stateOf(desk.db, stuck[0]!)).toEqual(["cancelled"]);
});
