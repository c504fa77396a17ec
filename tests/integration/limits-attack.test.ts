import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bookings, roomStays } from "../../db/schema/index.ts";
import { startPayment } from "../../server/bookings/index.ts";
import { confirm } from "../../server/bookings/confirm.ts";
import { staysOf } from "../../server/bookings/stays.ts";
import { app } from "../../server/app.ts";
import { clientAddress } from "../../server/platform/client-address.ts";
import { addDays } from "../../server/platform/dates.ts";
import { newId } from "../../server/platform/ids.ts";
import { changeStay, expectAudited, expectBooked, holdStay, nightOf, refusalOf, wish } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { guestCookie } from "../helpers/guest-cookie.ts";
import { callWire, type WireAnswer } from "../helpers/trpc.ts";
import { SHIPPED } from "../helpers/unbound.ts";
import { createProperty, FIRST_NIGHT, type World } from "../helpers/world.ts";

// Somebody who wants to empty a hotel for free, against the limits as they are shipped.

let database: TestDatabase;
let gateway: Gateway;
/** One browser's. */
let kept: string;
/** Three parts of an IPv4 address, each test's own. */
let network: string;
let tests = 0;
beforeAll(async () => {
  database = await createDatabase({ max: 20 });
});
beforeEach(async () => {
  tests += 1;
  network = `203.0.${tests}`;
  gateway = await startGateway(database, { cloud: { resend: 0 }, publishing: false, env: SHIPPED });
  kept = await cookie();
});
afterEach(async () => {
  await gateway.close();
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(() => database.drop());

interface Caller {
  cookie?: string;
  email?: string;
  /** As our own proxy tells it. */
  address?: string;
  /** What the caller claims in `x-forwarded-for`. */
  forged?: string;
  key?: string;
  nights?: number;
  checkIn?: string;
}

interface Held {
  bookingId: string;
  token: string;
}

/** The gateway as this caller reaches it: the proxy appends who called to what was sent. */
function reachedBy({ address = `${network}.7`, forged }: Caller): Gateway {
  const runtime = { ...gateway.runtime, services: gateway.ctx, clientAddress: clientAddress(forged === undefined ? address : `${forged}, ${address}`) };
  return { ...gateway, request: async (path, init) => app.fetch(new Request(`${gateway.url}${path}`, init), runtime) };
}

async function hold(world: World, caller: Caller): Promise<WireAnswer<Held>> {
  const asked = { ...(await wish(gateway.ctx, world, { nights: caller.nights ?? 1, ...(caller.checkIn && { checkIn: caller.checkIn }) })), idempotencyKey: caller.key ?? newId() };
  const input = { ...asked, guest: { ...asked.guest, email: caller.email ?? `eve@${network}.test` } };
  return callWire<Held>(reachedBy(caller), "bookings.hold", input, { type: "mutation", ...(caller.cookie && { cookie: caller.cookie }) });
}

function payAtProperty({ bookingId, token }: Held, cookie: string): Promise<WireAnswer<{ status: string }>> {
  return callWire(gateway, "payments.start", { bookingId, token, method: "property", idempotencyKey: newId() }, { type: "mutation", cookie });
}

function cookie(): Promise<string> {
  return guestCookie(gateway.ctx.config.AUTH_SECRET);
}

function codeOf(answer: WireAnswer): string {
  return answer.error ? (answer.error.data.domain?.code ?? answer.error.message) : "ok";
}

/** Asks so often, some at once, and tells the outcomes apart. */
async function attack(times: number, once: (index: number) => Promise<WireAnswer>, atOnce = 1): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let from = 0; from < times; from += atOnce) {
    const answers = await Promise.all(Array.from({ length: atOnce }, (_, index) => once(from + index)));
    for (const code of answers.map(codeOf)) counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

/** An e-mail of this test's own. */
function email(name: string | number): string {
  return `${name}@${network}.test`;
}

const EIGHT = () => createProperty(database.db, { rooms: [{ units: 8 }] });

/** Half of the night is free, and a guest who has proven an address gets a room of it. */
async function expectOthersCanBook(world: World): Promise<void> {
  const night = await nightOf(database.db, world.roomTypeId);
  expect(night.physical - night.held - night.sold).toBeGreaterThanOrEqual(night.physical / 2);
  const honest = { kind: "guest", anonId: newId(), userId: newId(), email: email("honest"), emailVerified: true } as const;
  const held = await holdStay({ ...gateway.ctx.as(honest), network: newId() }, world, { nights: 1, email: honest.email });
  expect(held.bookingId).toBeDefined();
}

test("a caller without a cookie is given one and holds nothing, however often the key is sent", async () => {
  const world = await EIGHT();
  const key = newId();
  const answers = [];
  for (let i = 0; i < 3; i += 1) answers.push(await hold(world, { key }));
  for (const answer of answers) {
    expect(answer.status).toBe(412);
    expect(answer.error?.data.domain).toMatchObject({ code: "PRECONDITION", facts: { again: true } });
  }
  expect(await database.db.select().from(bookings).where(eq(bookings.propertyId, world.propertyId))).toEqual([]);
  // With the cookie of any of these answers it is one guest, and one booking.
  const given = answers[1]!.headers.get("set-cookie")!.split(";")[0]!;
  const [first, again] = [await hold(world, { key, cookie: given }), await hold(world, { key, cookie: given })];
  expect(first.data?.bookingId).toBeDefined();
  expect(again.data).toEqual(first.data);
  expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1 });
});

describe.each<[string, (index: number) => Promise<Caller>]>([
  ["one address, without a cookie", () => Promise.resolve({})],
  ["one address with one cookie", () => Promise.resolve({ cookie: kept })],
  ["one address with a hundred cookies", async () => ({ cookie: await cookie() })],
  ["one address with a hundred cookies and e-mails", async (index) => ({ cookie: await cookie(), email: email(index) })],
  ["three addresses of one /24", async (index) => ({ cookie: await cookie(), email: email(index), address: `${network}.${index % 3}` })],
  ["forged addresses in front of its own", async (index) => ({ cookie: await cookie(), email: email(index), forged: `10.${index}.0.1` })],
  ["many networks", async (index) => ({ cookie: await cookie(), email: email(index), address: `10.${index}.0.1` })],
])("%s", (_, caller) => {
  test("can't hold more than half of a night of eight units, and is never told that it is sold out", async () => {
    const world = await EIGHT();
    const counts = await attack(100, async (index) => hold(world, await caller(index)), 10);
    expect(counts["SOLD_OUT"]).toBeUndefined();
    expect(counts["ok"] ?? 0).toBeLessThanOrEqual(4);
    await expectOthersCanBook(world);
  });

  test("can't have more than half of it to be paid at the property, nor renew it", async () => {
    const world = await EIGHT();
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 8; index += 1) {
        const who = await caller(index);
        const { data } = await hold(world, who);
        if (data) await payAtProperty(data, who.cookie ?? kept);
      }
      await gateway.ctx.advance(16 * 60_000);
    }
    await expectOthersCanBook(world);
  });
});

test("one network books so many nights to be paid at the property over all properties, and no more before it proves an address", async () => {
  const counts = await attack(14, async (index) => {
    const who = { cookie: await cookie(), email: email(index), address: `${network}.${index}`, nights: 3 };
    const { data } = await hold(await EIGHT(), who);
    return payAtProperty(data!, who.cookie);
  });
  expect(counts).toEqual({ ok: 10, PROOF_REQUIRED: 4 });
});

test("long stays in a small room type, whose nights have no share, stop at the network's nights", async () => {
  const small = await createProperty(database.db, { rooms: [{ units: 2 }], days: 120 });
  const counts = await attack(5, async (index) => {
    const who = { cookie: await cookie(), email: email(index), address: `${network}.${index}`, nights: 14, checkIn: addDays(FIRST_NIGHT, 14 * index) };
    const { data } = await hold(small, who);
    return payAtProperty(data!, who.cookie);
  });
  expect(counts).toEqual({ ok: 2, PROOF_REQUIRED: 3 });
});

test("who books and cancels by turns, each time for another stranger, comes to the network's bound: cancelled nights count for an hour", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 100 }] });
  const asked = async (index: number) => {
    const who = { cookie: kept, email: email(index), nights: 3 };
    const { data } = await hold(world, who);
    const paid = await payAtProperty(data!, kept);
    await callWire(gateway, "bookings.cancel", { ...data, expectedFee: 0, idempotencyKey: newId() }, { type: "mutation", cookie: kept });
    return paid;
  };
  expect(await attack(14, asked)).toEqual({ ok: 10, PROOF_REQUIRED: 4 });
  await gateway.ctx.advance(61 * 60_000);
  expect(await attack(2, (index) => asked(20 + index))).toEqual({ ok: 2 });
});

test("one e-mail books so many, whatever networks ask for it; and what was cancelled counts for an hour", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 100 }] });
  const asked = async (index: number) => {
    const who = { cookie: await cookie(), email: email("victim"), address: `10.${index}.0.1` };
    const answer = await hold(world, who);
    if (answer.data) await callWire(gateway, "bookings.cancel", { ...answer.data, expectedFee: 0, idempotencyKey: newId() }, { type: "mutation", cookie: who.cookie });
    return answer;
  };
  expect(await attack(12, asked)).toEqual({ ok: 8, PROOF_REQUIRED: 4 });
  await gateway.ctx.advance(61 * 60_000);
  expect(codeOf(await asked(20))).toBe("ok");
});

test("one network holds so many rooms over all properties, and another network is not in its way", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 100 }] });
  const caller = async (index: number, address: string) => ({ cookie: await cookie(), email: email(index), address });
  const counts = await attack(24, async (index) => hold(world, await caller(index, `${network}.${index}`)));
  expect(counts).toEqual({ ok: 20, PROOF_REQUIRED: 4 });
  expect(codeOf(await hold(world, await caller(30, "192.0.2.1")))).toBe("ok");
  expect(codeOf(await hold(world, await caller(31, "2001:db8:0:1200::1")))).toBe("ok");
  // Once they are over, nobody is in the way any more, swept or not.
  await gateway.ctx.advance(16 * 60_000);
  expect(codeOf(await hold(world, await caller(32, `${network}.9`)))).toBe("ok");
});

test("a booking made without proof can't be moved or lengthened onto nights that the unproven have their share of", async () => {
  const world = await EIGHT();
  const eve = gateway.ctx.as({ kind: "guest", anonId: newId() });
  const { bookingId } = await holdStay({ ...eve, network: `${network}-eve` }, world, { nights: 1, email: email("eve") });
  await startPayment(eve, { bookingId, method: "property", idempotencyKey: newId() });
  const next = addDays(FIRST_NIGHT, 1);
  for (let index = 0; index < 4; index += 1)
    await holdStay({ ...gateway.ctx.as(anonymous()), network: `${network}-${index}` }, world, { nights: 1, checkIn: next, email: email(index) });
  expect(await refusalOf(changeStay(eve, bookingId, { checkOut: addDays(next, 1) }), "PROOF_REQUIRED")).toEqual({ bound: "night", way: "mailed_code" });
  expect(await changeStay(eve, bookingId, { checkIn: addDays(next, 1), checkOut: addDays(next, 2) })).toMatchObject({ status: "applied" });
});

test("whoever pays is counted no more, and nothing is kept of where the booking came from", async () => {
  const world = await EIGHT();
  const guest = { ...gateway.ctx.as(anonymous()), network: "payer" };
  const { bookingId } = await holdStay(guest, world, { nights: 1 });
  const asker = async () => {
    const [stay] = await database.db.select().from(roomStays).where(eq(roomStays.bookingId, bookingId));
    return { unproven: stay!.unproven, network: stay!.network };
  };
  expect(await asker()).toEqual({ unproven: true, network: "payer" });
  await database.db.transaction(async (tx) => {
    const [booking] = await tx.select().from(bookings).where(eq(bookings.id, bookingId));
    await confirm(tx, booking!, await staysOf(tx, bookingId), { payment: "online", actor: "test" });
  });
  expect(await asker()).toEqual({ unproven: false, network: null });
});

test("a night of fewer than four units has no share: one network can take it, as one guest can", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 3 }] });
  const counts = await attack(5, async (index) => hold(world, { cookie: await cookie(), email: email(index) }));
  expect(counts).toEqual({ ok: 3, SOLD_OUT: 2 });
});
