import { eq, inArray, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { deadLetters, deliveries, incidents, jobRuns, outbox, tickRuns } from "../../db/schema/index.ts";
import { DEMO_KEYS } from "../../local/keys.ts";
import { signDelivery } from "../../local/qstash/sign.ts";
import { replay } from "../../jobs/dead-letters.ts";
import { relay } from "../../jobs/outbox.ts";
import { followers } from "../../jobs/registry.ts";
import { runDue, TASKS } from "../../jobs/tick.ts";
import { cancel, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { emit } from "../../server/platform/outbox.ts";
import { expectAudited, expectBooked, holdStay, stateOf } from "../helpers/booking.ts";
import { anonymous, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { takeConsole } from "../helpers/quiet.ts";
import { mailsTo } from "../helpers/mail.ts";
import { createProperty } from "../helpers/world.ts";

const MINUTE = 60_000;
const PATIENT = { timeout: 15_000, interval: 50 };

let database: TestDatabase;
let gateway: Gateway;
let ctx: TestContext;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  gateway = await startGateway(database, { cloud: { qstash: 0, resend: 0, stripe: 0 }, publishing: false });
  ctx = gateway.ctx;
});
afterEach(async () => {
  await ctx.settled();
  await gateway.close();
  await expectAudited(database.db);
  await expectBooked(database.db);
  // The queue and what waits for it are the database's: the next test begins with neither.
  await database.db.execute(sql`drop schema if exists local_qstash cascade`);
  await database.db.execute(sql`truncate outbox, job_runs, dead_letters, incidents, tick_runs`);
});
afterAll(() => database.drop());

/** A booking paid at the property, by a guest with an address of their own. */
async function booked(): Promise<{ bookingId: string; email: string; guest: TestContext }> {
  const guest = ctx.as(anonymous());
  const email = `${newId()}@guest.test`;
  const { bookingId } = await holdStay(guest, await createProperty(database.db), { email });
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  return { bookingId, email, guest };
}

async function eventIds(bookingId: string, type: string): Promise<string[]> {
  const rows = await database.db
    .select({ id: outbox.id })
    .from(outbox)
    .where(sql`${outbox.payload} ->> 'bookingId' = ${bookingId} and ${outbox.type} = ${type}`);
  return rows.map((row) => row.id);
}

/** What the queue has: how many messages, and of which event and job. */
async function queue(): Promise<{ messages: number; ids: string[] }> {
  const rows = await database.db.execute<{ id: string }>(sql`select id from local_qstash.deduplication order by id`);
  return { messages: await gateway.cloud.servers.qstash!.pending(), ids: rows.map((row) => row.id.replace("id:", "")) };
}

/** One message per event and follower. */
async function expectedOf(bookingId: string): Promise<{ messages: number; ids: string[] }> {
  const rows = await database.db
    .select()
    .from(outbox)
    .where(sql`${outbox.payload} ->> 'bookingId' = ${bookingId}`);
  const ids = rows.flatMap((row) => followers(row.type).map((job) => `${row.id}-${job.name}-0`)).toSorted();
  return { messages: ids.length, ids };
}

async function doneJobs(outboxIds: string[]): Promise<string[]> {
  const rows = await database.db.select({ job: jobRuns.job }).from(jobRuns).where(inArray(jobRuns.outboxId, outboxIds));
  return rows.map((row) => row.job).toSorted();
}

interface Call {
  body?: string;
  signedFor?: string;
  key?: string;
}

/** Calls a job's endpoint as the queue does. */
function call(path: string, { body = "{}", signedFor = path, key = DEMO_KEYS.QSTASH_CURRENT_SIGNING_KEY }: Call = {}): Promise<Response> {
  const signature = signDelivery({ key, url: `${gateway.url}${signedFor}`, body: Buffer.from(body), issuedAt: Math.floor(Date.now() / 1000), id: newId() });
  return gateway.request(path, { method: "POST", body, headers: { "upstash-signature": signature, "content-type": "application/json" } });
}

test("the relay publishes each event once per follower, however many relays run", async () => {
  gateway.cloud.servers.qstash!.pause();
  const { bookingId } = await booked();
  const published = await Promise.all([relay(ctx), relay(ctx), relay(ctx)]);
  expect(published.toSorted()).toEqual([0, 0, 2]);
  const expected = await expectedOf(bookingId);
  expect(expected.messages).toBeGreaterThan(3);
  expect(await queue()).toEqual(expected);
  expect(await relay(ctx)).toBe(0);
});

test("a relay that died after publishing publishes again, and the queue drops the repetition", async () => {
  gateway.cloud.servers.qstash!.pause();
  const { bookingId } = await booked();
  await relay(ctx);
  await database.db.update(outbox).set({ publishedAt: null, leasedUntil: sql`now() - interval '1 second'` });
  expect(await relay(ctx)).toBe(2);
  expect(await queue()).toEqual(await expectedOf(bookingId));
});

test("with the queue out of reach events stay leased, then ready; none is lost", async () => {
  await booked();
  gateway.cloud.servers.qstash!.faults.add({ calls: 1, status: 500, body: {} });
  await expect(relay(ctx)).rejects.toThrow();
  expect(takeConsole()).toEqual([expect.stringContaining("/v2/batch failed with status 500")]);
  expect(await relay(ctx)).toBe(0);
  await database.db.update(outbox).set({ leasedUntil: sql`now() - interval '1 second'` });
  expect(await relay(ctx)).toBe(2);
});

test("an event that its follower can't read blocks no other, and a person hears of it", async () => {
  const broken = newId();
  await database.db.insert(outbox).values({ id: broken, type: "booking.held", v: 1, payload: { bookingId: "no id" } });
  const { email } = await booked();
  expect(await relay(ctx)).toBe(3);
  await vi.waitFor(async () => expect(await mailsTo(gateway, email)).toHaveLength(1), PATIENT);
  await vi.waitFor(async () => {
    const [letter] = await database.db.select().from(deadLetters).where(eq(deadLetters.outboxId, broken));
    expect(letter).toMatchObject({ job: "close-hold", state: "needs_person", kind: "permanent", status: 489 });
  }, PATIENT);
});

test("exactly one confirmation mail, though every message comes twice and the relay repeats itself", async () => {
  await fetch(`${gateway.cloud.servers.qstash!.url}/_control/deliveries`, { method: "POST", body: JSON.stringify({ mode: "twice", calls: 20 }) });
  const { bookingId, email } = await booked();
  const ids = [...(await eventIds(bookingId, "booking.confirmed")), ...(await eventIds(bookingId, "booking.held"))];
  await relay(ctx);
  const expected = followers("booking.confirmed").map((job) => job.name);
  await vi.waitFor(async () => expect(await doneJobs(ids)).toEqual(expect.arrayContaining(expected)), PATIENT);
  // And once more by hand, its memory of having run lost.
  await database.db.delete(jobRuns).where(inArray(jobRuns.outboxId, ids));
  const [message] = await database.db
    .select()
    .from(outbox)
    .where(sql`${outbox.type} = 'booking.confirmed' and ${inArray(outbox.id, ids)}`);
  const body = JSON.stringify({ outboxId: message!.id, type: message!.type, v: message!.v, payload: message!.payload });
  const answers = await Promise.all([call("/jobs/send-confirmation", { body }), call("/jobs/send-confirmation", { body })]);
  for (const answer of answers) expect([200, 503]).toContain(answer.status);
  expect(await mailsTo(gateway, email)).toHaveLength(1);
  expect(
    await database.db
      .select()
      .from(deliveries)
      .where(sql`${deliveries.bookingId} = ${bookingId} and ${deliveries.channel} = 'email'`),
  ).toMatchObject([{ kind: "booking_confirmed", state: expect.stringMatching(/sent|delivered/) }]);
});

test("a job that is done answers so without running again", async () => {
  const { bookingId } = await booked();
  const [outboxId] = await eventIds(bookingId, "booking.confirmed");
  const [message] = await database.db.select().from(outbox).where(eq(outbox.id, outboxId!));
  const body = JSON.stringify({ outboxId, type: message!.type, v: 1, payload: message!.payload });
  expect(await (await call("/jobs/send-confirmation", { body })).text()).toBe("done");
  expect(await (await call("/jobs/send-confirmation", { body })).text()).toBe("done before");
});

test("what the queue didn't sign for this endpoint is 401", async () => {
  const body = JSON.stringify({ outboxId: newId(), type: "booking.confirmed", v: 1, payload: {} });
  expect((await gateway.request("/jobs/send-confirmation", { method: "POST", body })).status).toBe(401);
  expect((await call("/jobs/send-confirmation", { body, signedFor: "/jobs/tick" })).status).toBe(401);
  expect((await call("/jobs/send-confirmation", { body, key: "sig_another" })).status).toBe(401);
  expect((await call("/jobs/send-confirmation", { body, key: DEMO_KEYS.QSTASH_NEXT_SIGNING_KEY })).status).not.toBe(401);
  expect((await gateway.request("/jobs/tick", { method: "POST" })).status).toBe(401);
  expect((await gateway.request("/jobs/dead-letter", { method: "POST", body: "{}" })).status).toBe(401);
  expect((await call("/jobs/none-of-ours")).status).toBe(404);
});

test.each([
  ["no JSON", "{"],
  ["no message", "{}"],
  ["a payload without ids", JSON.stringify({ outboxId: newId(), type: "booking.confirmed", v: 1, payload: {} })],
  ["a NUL in the id", JSON.stringify({ outboxId: newId(), type: "booking.confirmed", v: 1, payload: { bookingId: "\u0000", propertyId: newId(), version: 1 } })],
])("%s is hopeless: 489, not to be tried again", async (_, body) => {
  const answer = await call("/jobs/send-confirmation", { body });
  expect(answer.status).toBe(489);
  expect(answer.headers.get("upstash-nonretryable-error")).toBe("true");
});

test("a vendor that is busy makes the queue wait as long as the vendor asks", async () => {
  const { bookingId, email } = await booked();
  const [message] = await database.db
    .select()
    .from(outbox)
    .where(sql`${outbox.payload} ->> 'bookingId' = ${bookingId} and ${outbox.type} = 'booking.confirmed'`);
  const body = JSON.stringify({ outboxId: message!.id, type: message!.type, v: 1, payload: message!.payload });
  gateway.cloud.servers.resend!.faults.add({
    calls: 1,
    path: "/emails",
    status: 429,
    headers: { "retry-after": "7" },
    body: { statusCode: 429, name: "rate_limit_exceeded", message: "Too many requests." },
  });
  const answer = await call("/jobs/send-confirmation", { body });
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("7");
  expect((await call("/jobs/send-confirmation", { body })).status).toBe(200);
  expect(await mailsTo(gateway, email)).toHaveLength(1);
});

test("a mail outage longer than the burst: filed, replayed by the tick, closed on success", async () => {
  gateway.cloud.servers.resend!.faults.add({ calls: 1000, path: "/emails", status: 500, body: { statusCode: 500, name: "application_error", message: "down" } });
  const { bookingId, email } = await booked();
  const [outboxId] = await eventIds(bookingId, "booking.confirmed");
  await relay(ctx);
  const letter = async () => (await database.db.select().from(deadLetters).where(eq(deadLetters.outboxId, outboxId!)))[0];
  await vi.waitFor(async () => {
    await ctx.advance(2000);
    expect(await letter()).toMatchObject({ job: "send-confirmation", state: "waiting", kind: "transient", status: 503, replays: 0 });
  }, PATIENT);
  gateway.cloud.servers.resend!.faults.clear();
  await ctx.advance(2 * MINUTE);
  await runDue(ctx);
  await vi.waitFor(async () => expect(await letter()).toMatchObject({ state: "done", replays: 1 }), PATIENT);
  expect(await mailsTo(gateway, email)).toHaveLength(1);
  expect(await database.db.select().from(incidents)).toEqual([]);
});

test("a refusal for good waits for a person, with an incident that their replay closes", async () => {
  gateway.cloud.servers.resend!.faults.add({
    calls: 1000,
    path: "/emails",
    status: 403,
    body: { statusCode: 403, name: "invalid_from_address", message: "The domain is not verified." },
  });
  const { bookingId, email } = await booked();
  const [outboxId] = await eventIds(bookingId, "booking.confirmed");
  await relay(ctx);
  const letter = async () => (await database.db.select().from(deadLetters).where(eq(deadLetters.outboxId, outboxId!)))[0];
  await vi.waitFor(async () => expect(await letter()).toMatchObject({ state: "needs_person", kind: "permanent", nextReplayAt: null }), PATIENT);
  await vi.waitFor(
    async () => expect(await database.db.select().from(incidents)).toMatchObject([{ cause: `dead-letter:send-confirmation:${outboxId}`, resolvedAt: null }]),
    PATIENT,
  );
  gateway.cloud.servers.resend!.faults.clear();
  // The tick leaves it alone.
  await ctx.advance(60 * MINUTE);
  await runDue(ctx);
  expect(await letter()).toMatchObject({ state: "needs_person", replays: 0 });
  expect(await replay(ctx, (await letter())!.id)).toBe(true);
  await vi.waitFor(async () => expect(await letter()).toMatchObject({ state: "done", replays: 1 }), PATIENT);
  await vi.waitFor(async () => expect((await database.db.select().from(incidents))[0]!.resolvedAt).not.toBeNull(), PATIENT);
  expect(await mailsTo(gateway, email)).toHaveLength(1);
});

test("a dead letter whose error holds what Postgres can't store is filed all the same", async () => {
  const outboxId = newId();
  const source = { outboxId, type: "booking.confirmed", v: 1, payload: { bookingId: newId(), propertyId: newId(), version: 1 } };
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const body = JSON.stringify({
    status: 502,
    url: `${gateway.url}/jobs/send-confirmation`,
    sourceBody: base64(JSON.stringify(source)),
    body: base64("bad\u0000gateway \u{1F6CC}"),
  });
  expect((await call("/jobs/dead-letter", { body })).status).toBe(200);
  expect(await database.db.select().from(deadLetters).where(eq(deadLetters.outboxId, outboxId))).toMatchObject([
    { state: "waiting", status: 502, error: expect.stringContaining("gateway") },
  ]);
});

test("a replay that the queue lost is replayed again", async () => {
  const { bookingId } = await booked();
  const [outboxId] = await eventIds(bookingId, "booking.confirmed");
  const [event] = await database.db.select().from(outbox).where(eq(outbox.id, outboxId!));
  const message = { outboxId, type: event!.type, v: 1, payload: event!.payload };
  await database.db.update(outbox).set({ publishedAt: sql`app_now()` });
  const id = newId();
  await database.db.insert(deadLetters).values({
    id,
    outboxId: outboxId!,
    job: "send-confirmation",
    payload: message,
    state: "replayed",
    kind: "transient",
    status: 500,
    error: "",
    replays: 1,
    deadlineAt: new Date(Date.now() + 24 * 60 * MINUTE),
    updatedAt: sql`app_now()`,
  });
  await runDue(ctx);
  expect((await database.db.select().from(deadLetters).where(eq(deadLetters.id, id)))[0]).toMatchObject({ state: "replayed", replays: 1 });
  await ctx.advance(61 * MINUTE);
  await runDue(ctx);
  await vi.waitFor(async () => expect((await database.db.select().from(deadLetters).where(eq(deadLetters.id, id)))[0]).toMatchObject({ state: "done", replays: 2 }), PATIENT);
});

test("the hold's end comes through the queue: nights back, and the guest is told once", async () => {
  const guest = ctx.as(anonymous());
  const email = `${newId()}@guest.test`;
  const { bookingId } = await holdStay(guest, await createProperty(database.db), { email });
  await relay(ctx);
  await ctx.advance(14 * MINUTE);
  expect(await stateOf(database.db, bookingId)).toEqual(["pending"]);
  await ctx.advance(MINUTE + 2000);
  await vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual(["expired"]), PATIENT);
  await relay(ctx);
  await vi.waitFor(async () => expect(await mailsTo(gateway, email)).toHaveLength(1), PATIENT);
});

test("a hold whose message was lost is ended by the tick", async () => {
  const { bookingId } = await holdStay(ctx.as(anonymous()), await createProperty(database.db));
  await database.db.update(outbox).set({ publishedAt: sql`app_now()` });
  await ctx.advance(16 * MINUTE);
  expect(await runDue(ctx)).toMatchObject({ holds: { seen: expect.any(Number), failed: 0 } });
  expect(await stateOf(database.db, bookingId)).toEqual(["expired"]);
});

test("a cancelled hold sends no mail, a cancelled booking one", async () => {
  const { bookingId, email, guest } = await booked();
  const other = ctx.as(anonymous());
  const letGo = await holdStay(other, await createProperty(database.db), { email });
  await cancel(other, { bookingId: letGo.bookingId, expectedFee: 0, idempotencyKey: newId() });
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await relay(ctx);
  const ids = (await database.db.select({ id: outbox.id }).from(outbox)).map((row) => row.id);
  await vi.waitFor(async () => expect(await doneJobs(ids)).toEqual(expect.arrayContaining(["send-confirmation", "send-cancellation", "close-pages"])), PATIENT);
  expect(await mailsTo(gateway, email)).toHaveLength(2);
});

test("the tick runs what is due and nothing else, and two ticks at once run each task once", async () => {
  const both = await Promise.all([runDue(ctx), runDue(ctx)]);
  const ran = both.flatMap((result) => Object.keys(result)).toSorted();
  expect(ran).toEqual(TASKS.map((task) => task.name).toSorted());
  expect(both.flatMap((result) => Object.values(result)).filter((result) => (result as { failed?: unknown }).failed === true)).toEqual([]);
  expect(await (await call("/jobs/tick")).json()).toEqual({});
  await ctx.advance(65_000);
  const due = TASKS.filter((task) => task.everySeconds <= 65).map((task) => task.name);
  expect(Object.keys((await (await call("/jobs/tick")).json()) as object).toSorted()).toEqual(due.toSorted());
});

test("a task whose runner died is run again once its lease is over, and one failure stops no other", async () => {
  await runDue(ctx);
  await ctx.advance(10 * MINUTE);
  await database.db
    .update(tickRuns)
    .set({ leasedUntil: sql`now() + interval '2 minutes'` })
    .where(eq(tickRuns.name, "holds"));
  await database.db.execute(sql`alter table payments rename to payments_away`);
  const results = await runDue(ctx).finally(() => database.db.execute(sql`alter table payments_away rename to payments`));
  expect(results).not.toHaveProperty("holds");
  expect(results).toMatchObject({ payments: { failed: true }, money: { failed: true }, outbox: {}, "dead-letters": { replayed: 0 } });
  await database.db
    .update(tickRuns)
    .set({ leasedUntil: sql`now() - interval '1 second'` })
    .where(eq(tickRuns.name, "holds"));
  expect(await runDue(ctx)).toHaveProperty("holds");
});

test("events of a transaction that rolls back are never published", async () => {
  const bookingId = newId();
  const rolledBack = database.db.transaction(async (tx) => {
    await emit(tx, { type: "booking.confirmed", payload: { bookingId, propertyId: newId(), version: 1 } });
    throw new Error("no");
  });
  await expect(rolledBack).rejects.toThrow("no");
  expect(await relay(ctx)).toBe(0);
  expect(await eventIds(bookingId, "booking.confirmed")).toEqual([]);
});
