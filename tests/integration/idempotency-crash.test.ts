import { eq, sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { bookings, idempotencyKeys, payments } from "../../db/schema/index.ts";
import { serve, type RunningServer } from "../../local/kit/serve.ts";
import { actorKey } from "../../server/context.ts";
import { hold, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { once } from "../../server/platform/idempotency.ts";
import { cookiesOf } from "../helpers/account.ts";
import { expectAudited, expectBooked, holdStay, refusalOf, wish } from "../helpers/booking.ts";
import { anonymous, SYSTEM } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { createProperty } from "../helpers/world.ts";

let database: TestDatabase;
let gateway: Gateway;
/** The way to the gateway, on which answers get lost. */
let way: RunningServer;
beforeAll(async () => {
  database = await createDatabase({ max: 20 });
});
beforeEach(async () => {
  gateway = await startGateway(database, { cloud: { stripe: 0 }, publishing: false });
  way = await serve(async ({ method, target, headers, body }) => {
    const answer = await gateway.request(target, { method, headers, ...(body.length > 0 && { body: new Uint8Array(body) }) });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: Buffer.from(await answer.arrayBuffer()) };
  });
});
afterEach(async () => {
  await way.close();
  await gateway.close();
  await expectAudited(database.db);
  await expectBooked(database.db);
});
afterAll(() => database.drop());

/** A mutation as the browser sends it, over the way that loses answers. */
async function mutate<T>(procedure: string, input: unknown, cookie: string): Promise<T> {
  const headers = { "content-type": "application/json", origin: gateway.url, cookie };
  const response = await fetch(`${way.url}/trpc/${procedure}`, { method: "POST", body: JSON.stringify(input), headers });
  return ((await response.json()) as { result: { data: T } }).result.data;
}

interface Held {
  bookingId: string;
  token: string;
}

test("a guest's very first mutation, its answer lost: asked again it is the same booking", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 5 }] });
  const input = await wish(gateway.ctx.as(anonymous()), world);
  // What the app asks as it loads.
  const cookie = cookiesOf(await gateway.request("/auth/get-session"));
  way.faults.add({ path: "bookings.hold", drop: "after" });
  await expect(mutate("bookings.hold", input, cookie)).rejects.toThrow();
  const made = await database.db.select().from(bookings).where(eq(bookings.propertyId, world.propertyId));
  expect(made).toHaveLength(1);
  const again = await mutate<Held>("bookings.hold", input, cookie);
  expect(again.bookingId).toBe(made[0]!.id);
  expect(await database.db.select().from(bookings).where(eq(bookings.propertyId, world.propertyId))).toHaveLength(1);
});

test("a browser keeps its cookie: only one that has none is given one", async () => {
  const cookie = cookiesOf(await gateway.request("/auth/get-session"));
  expect(cookie).toMatch(/^nightledger\.guest=/);
  expect(cookiesOf(await gateway.request("/auth/get-session", { headers: { cookie } }))).toBe("");
});

test("each mutation whose answer was lost gives the same answer when it is asked again", async () => {
  const world = await createProperty(database.db, { rooms: [{ units: 5 }] });
  const cookie = cookiesOf(await gateway.request("/auth/get-session"));
  const input = await wish(gateway.ctx.as(anonymous()), world);
  const { bookingId, token } = await mutate<Held>("bookings.hold", input, cookie);
  const steps: [string, Record<string, unknown>][] = [
    ["payments.start", { bookingId, token, method: "stripe", idempotencyKey: newId() }],
    ["payments.start", { bookingId, token, method: "property", idempotencyKey: newId() }],
    ["bookings.cancel", { bookingId, token, expectedFee: 0, idempotencyKey: newId() }],
  ];
  for (const [procedure, step] of steps) {
    way.faults.add({ path: procedure, drop: "after" });
    await expect(mutate(procedure, step, cookie)).rejects.toThrow();
    const stored = await database.db
      .select()
      .from(idempotencyKeys)
      .where(eq(idempotencyKeys.key, String(step["idempotencyKey"])));
    expect(stored, procedure).toHaveLength(1);
    const answers = [await mutate(procedure, step, cookie), await mutate(procedure, step, cookie)];
    expect(answers[0], procedure).toBeDefined();
    expect(answers[1], procedure).toEqual(answers[0]);
  }
  expect(await database.db.select().from(payments).where(eq(payments.bookingId, bookingId))).toHaveLength(1);
});

test("killed before the commit: nothing is left of the first try, and its twin does the work", async () => {
  const ctx = gateway.ctx.as(SYSTEM);
  const input = { idempotencyKey: newId() };
  // What a process leaves behind that dies within its transaction: a key that is claimed and not committed.
  const dying = postgres(database.url, { max: 1 });
  const connection = await dying.reserve();
  await connection`begin`;
  await connection`insert into idempotency_keys (verb, actor, key, request_hash) values ('test', ${actorKey(SYSTEM)}, ${input.idempotencyKey}, 'hash')`;
  const twin = once(ctx, "test", input, () => Promise.resolve({ answer: "the twin's" }));
  await vi.waitFor(async () => {
    const [row] = await database.db.execute<{ n: number }>(sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    expect(row?.n).toBe(1);
  });
  await dying.end({ timeout: 0 });
  expect(await twin).toBe("the twin's");
  expect(await once(ctx, "test", input, () => Promise.reject(new Error("run again")))).toBe("the twin's");
});

test("killed between the commit and the provider's page: the same key opens the page that it had promised", async () => {
  const { ctx, cloud } = gateway;
  const guest = ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, await createProperty(database.db));
  const input = { bookingId, method: "stripe" as const, idempotencyKey: newId() };
  cloud.servers.stripe!.faults.add({ calls: 10, status: 500, body: { error: { type: "api_error" } } });
  await refusalOf(startPayment(guest, input), "UNAVAILABLE");
  cloud.servers.stripe!.faults.clear();
  const opened = await startPayment(guest, input);
  expect(opened).toMatchObject({ status: "redirect", redirectUrl: expect.stringContaining("http") });
  expect(await startPayment(guest, input)).toEqual(opened);
  expect(await database.db.select().from(payments).where(eq(payments.bookingId, bookingId))).toHaveLength(1);
});

/** The booking's pages, as the provider itself lists them. */
async function sessionsOf(bookingId: string): Promise<{ url: string }[]> {
  const { ctx, cloud } = gateway;
  const answer = await fetch(`${cloud.servers.stripe!.url}/v1/checkout/sessions`, { headers: { authorization: `Bearer ${ctx.config.STRIPE_SECRET_KEY}` } });
  const { data } = (await answer.json()) as { data: { url: string; metadata: { booking_id?: string } }[] };
  return data.filter((session) => session.metadata.booking_id === bookingId);
}

test("the page's answer lost between the provider and us: the same key finds the same page", async () => {
  const { ctx, cloud } = gateway;
  const guest = ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, await createProperty(database.db));
  const input = { bookingId, method: "stripe" as const, idempotencyKey: newId() };
  // As often as the SDK tries by itself, so that the next call is ours.
  cloud.servers.stripe!.faults.add({ calls: 3, drop: "after" });
  await refusalOf(startPayment(guest, input), "UNAVAILABLE");
  expect(cloud.servers.stripe!.faults.list()).toEqual([]);
  const [session, ...others] = await sessionsOf(bookingId);
  expect(session).toMatchObject({ url: expect.stringContaining("http") });
  expect(await startPayment(guest, input)).toEqual({ status: "redirect", redirectUrl: session!.url });
  expect([...others, ...(await sessionsOf(bookingId)).slice(1)]).toEqual([]);
  expect(await database.db.select().from(payments).where(eq(payments.bookingId, bookingId))).toMatchObject([{ pageUrl: session!.url, attempt: 1 }]);
});

test("twins at once on the way to the provider's page get one page", async () => {
  const guest = gateway.ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, await createProperty(database.db));
  const input = { bookingId, method: "stripe" as const, idempotencyKey: newId() };
  const answers = await Promise.all([1, 2, 3, 4].map(() => startPayment(guest, input)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await database.db.select().from(payments).where(eq(payments.bookingId, bookingId))).toHaveLength(1);
});

test("a hold's key from before the crash serves nobody else, and no other request", async () => {
  const { ctx } = gateway;
  const world = await createProperty(database.db, { rooms: [{ units: 5 }] });
  const guest = ctx.as(anonymous());
  const input = await wish(guest, world);
  const mine = await hold(guest, input);
  expect((await hold(ctx.as(anonymous()), input)).bookingId).not.toBe(mine.bookingId);
  expect(await refusalOf(hold(guest, { ...input, notes: "Late arrival." }), "CONFLICT")).toMatchObject({ reason: expect.any(String) });
  expect(await hold(guest, input)).toEqual(mine);
});
