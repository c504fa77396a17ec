import { eq, sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { deadLetters, incidents, outbox } from "../../db/schema/index.ts";
import { replay } from "../../jobs/dead-letters/replay.ts";
import { relay } from "../../jobs/outbox.ts";
import { runDue } from "../../jobs/tick.ts";
import { newId } from "../../server/platform/ids.ts";
import { mailsTo } from "../helpers/mail.ts";
import { booked, callFailed, callJob, eventOf, incidentsOf, letterBecomes, letterOf, mailFails, MINUTE, PATIENT, queued, queueWorld } from "../helpers/queue.ts";
import { takeConsole } from "../helpers/quiet.ts";

const world = queueWorld();

const DOWN = { status: 503, body: "resend server 500", headers: { "nightledger-failure": ["resend unavailable"] } };
const REFUSED = { status: 489, body: "resend refused 422 validation_error", headers: { "Nightledger-Failure": ["resend 422"] } };
const CAUSE = "dead-letter:send-confirmation:resend 422";

function filedBefore(replays: number, more: Partial<typeof deadLetters.$inferInsert> = {}): Omit<typeof deadLetters.$inferInsert, "outboxId" | "payload"> {
  return {
    id: newId(),
    job: "send-confirmation",
    state: "replayed",
    kind: "transient",
    status: 500,
    error: "",
    replays,
    deadlineAt: new Date(world.ctx.clock.now().getTime() + 24 * 60 * MINUTE),
    updatedAt: world.ctx.clock.now(),
    ...more,
  };
}

test("a mail outage longer than the burst: four tries, then filed, replayed by the tick, closed on success, and no person called", async () => {
  const { ctx, gateway } = world;
  mailFails(world, 500, "application_error");
  const { bookingId, email } = await booked(world);
  const { outboxId } = await eventOf(world, bookingId);
  await relay(ctx);
  await vi.waitFor(async () => {
    await ctx.advance(2000);
    expect(await letterOf(world, outboxId)).toMatchObject({ state: "waiting", kind: "transient", status: 503, replays: 0, payload: { failure: "resend unavailable" } });
  }, PATIENT);
  const tries = await world.database.db.execute<{ tries: number }>(sql`select tries from deliveries where booking_id = ${bookingId} and channel = 'email'`);
  expect(tries[0]?.tries).toBe(4);
  gateway.cloud.servers.resend!.faults.clear();
  await ctx.advance(2 * MINUTE);
  await runDue(ctx);
  await letterBecomes(world, outboxId, { state: "done", replays: 1 });
  expect(await mailsTo(gateway, email)).toHaveLength(1);
  expect(await incidentsOf(world)).toEqual([]);
});

test("after the burst patience: replays at 1, 2, 4 … 32 minutes until the job's deadline, and then one incident", async () => {
  const { ctx, gateway } = world;
  gateway.cloud.servers.qstash!.pause();
  const { bookingId } = await booked(world);
  const { outboxId, body } = await eventOf(world, bookingId);
  // The text's own deadline passes while the queue stands, and its letter waits for a person before.
  const mailIncidents = async () => (await incidentsOf(world)).filter(({ cause }) => cause.includes("send-confirmation"));
  const waits: number[] = [];
  for (;;) {
    await callFailed(world, body, DOWN);
    const letter = await letterOf(world, outboxId);
    if (letter?.state !== "waiting") break;
    const minutes = Math.round((letter.nextReplayAt!.getTime() - ctx.clock.now().getTime()) / MINUTE);
    waits.push(minutes);
    expect(await mailIncidents()).toEqual([]);
    await ctx.advance(minutes * MINUTE + 1000);
    expect(await runDue(ctx)).toMatchObject({ "dead-letters": { replayed: 1 } });
  }
  expect(waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
  // The deadline is a day; the last replay is the first one past it. Each wait is rounded to its minute.
  const total = waits.reduce((sum, wait) => sum + wait, 0);
  expect(total).toBeGreaterThan(24 * 60 - waits.length);
  expect(total).toBeLessThan(25 * 60);
  expect(await letterOf(world, outboxId)).toMatchObject({ state: "needs_person", kind: "transient", nextReplayAt: null });
  expect(await mailIncidents()).toMatchObject([{ cause: "dead-letter:send-confirmation:resend unavailable", count: 1, severity: "warning", resolvedAt: null }]);
});

test("a vendor's wish outlives the burst: the first replay waits for it", async () => {
  const { bookingId } = await booked(world);
  const { outboxId, body } = await eventOf(world, bookingId);
  await callFailed(world, body, { ...DOWN, headers: { "Retry-After": ["1800"] } });
  const wait = (await letterOf(world, outboxId))!.nextReplayAt!.getTime() - world.ctx.clock.now().getTime();
  expect(Math.round(wait / MINUTE)).toBe(30);
});

test("poison goes straight to the dead letters, to a person, and the tick leaves it alone", async () => {
  const { ctx, gateway, database } = world;
  mailFails(world, 403, "invalid_from_address");
  const { bookingId, email } = await booked(world);
  const { outboxId } = await eventOf(world, bookingId);
  await relay(ctx);
  await letterBecomes(world, outboxId, { state: "needs_person", kind: "permanent", status: 489, nextReplayAt: null });
  const tries = await database.db.execute<{ tries: number }>(sql`select tries from deliveries where booking_id = ${bookingId} and channel = 'email'`);
  expect(tries[0]?.tries).toBe(1);
  expect(await incidentsOf(world)).toMatchObject([{ cause: "dead-letter:send-confirmation:resend 403", count: 1, resolvedAt: null }]);
  gateway.cloud.servers.resend!.faults.clear();
  await ctx.advance(60 * MINUTE);
  await runDue(ctx);
  expect(await letterOf(world, outboxId)).toMatchObject({ state: "needs_person", replays: 0 });
  // A person's replay does it, and closes the incident.
  expect(await replay(ctx, { id: (await letterOf(world, outboxId))!.id })).toBe("published");
  await letterBecomes(world, outboxId, { state: "done", replays: 1 });
  await vi.waitFor(async () => expect((await incidentsOf(world))[0]!.resolvedAt).not.toBeNull(), PATIENT);
  expect(await mailsTo(gateway, email)).toHaveLength(1);
});

test("letters of one cause are one incident that counts them; the last one done closes it", async () => {
  const all = await Promise.all([1, 2, 3].map(async () => eventOf(world, (await booked(world)).bookingId)));
  await Promise.all(all.map(({ body }) => callFailed(world, body, REFUSED)));
  expect(await incidentsOf(world)).toMatchObject([{ cause: CAUSE, count: 3, data: { job: "send-confirmation", failure: "resend 422" }, resolvedAt: null }]);
  // The queue says it twice; and another cause is another incident, by the job's own severity.
  await callFailed(world, all[0]!.body, REFUSED);
  await callFailed(world, all[0]!.body, { ...REFUSED, job: "balance-money", headers: { "nightledger-failure": ["stripe 402"] } });
  const open = (await incidentsOf(world)).map(({ cause, count, severity }) => ({ cause, count, severity }));
  expect(open).toEqual([
    { cause: CAUSE, count: 3, severity: "warning" },
    { cause: "dead-letter:balance-money:stripe 402", count: 1, severity: "critical" },
  ]);
  for (const [done, { body }] of all.entries()) {
    expect((await callJob(world, "/jobs/send-confirmation", { body })).status).toBe(200);
    const [incident] = await incidentsOf(world);
    expect(incident).toMatchObject(done < 2 ? { count: 2 - done, resolvedAt: null } : { resolvedAt: expect.any(Date) });
  }
  // The same trouble later is a new incident.
  await callFailed(world, (await eventOf(world, (await booked(world)).bookingId)).body, REFUSED);
  expect((await incidentsOf(world)).filter((incident) => incident.cause === CAUSE)).toMatchObject([{ resolvedAt: expect.any(Date) }, { count: 1, resolvedAt: null }]);
});

test("a letter that comes back with another cause moves to that cause's incident", async () => {
  const { body } = await eventOf(world, (await booked(world)).bookingId);
  await callFailed(world, body, REFUSED);
  await callFailed(world, body, { ...REFUSED, headers: { "nightledger-failure": ["NOT_FOUND"] } });
  expect(await incidentsOf(world)).toMatchObject([
    { cause: CAUSE, resolvedAt: expect.any(Date) },
    { cause: "dead-letter:send-confirmation:NOT_FOUND", resolvedAt: null },
  ]);
  // Replayed by a person it failed in a way that passes: nobody is needed for the time being.
  await callFailed(world, body, DOWN);
  expect((await incidentsOf(world)).filter((incident) => incident.resolvedAt === null)).toEqual([]);
});

test("a failure that is heard of after the job was done opens nothing", async () => {
  const { outboxId, body } = await eventOf(world, (await booked(world)).bookingId);
  expect((await callJob(world, "/jobs/send-confirmation", { body })).status).toBe(200);
  expect(await (await callFailed(world, body, DOWN)).text()).toBe("done");
  expect(await letterOf(world, outboxId)).toBeUndefined();
});

test("a run that died before it closed its letter: the next message closes it, though the work is done", async () => {
  const { outboxId, body } = await eventOf(world, (await booked(world)).bookingId);
  await callFailed(world, body, REFUSED);
  await world.database.db.execute(sql`insert into job_runs (outbox_id, job) values (${outboxId}, 'send-confirmation')`);
  expect(await (await callJob(world, "/jobs/send-confirmation", { body })).text()).toBe("done before");
  expect(await letterOf(world, outboxId)).toMatchObject({ state: "done" });
  expect(await incidentsOf(world)).toMatchObject([{ resolvedAt: expect.any(Date) }]);
});

test("an incident that a dying run left open is closed by the tick", async () => {
  const { outboxId, body } = await eventOf(world, (await booked(world)).bookingId);
  await callFailed(world, body, REFUSED);
  await world.database.db.update(deadLetters).set({ state: "done" }).where(eq(deadLetters.outboxId, outboxId));
  await runDue(world.ctx);
  expect(await incidentsOf(world)).toMatchObject([{ resolvedAt: expect.any(Date) }]);
});

test("what nobody of ours answered is told by its status, and stored without what Postgres can't store", async () => {
  const outboxId = newId();
  const source = JSON.stringify({ outboxId, type: "booking.confirmed", v: 1, payload: { bookingId: newId(), propertyId: newId(), version: 1 } });
  expect((await callFailed(world, source, { status: 502, body: "bad\u0000gateway \u{1F6CC}" })).status).toBe(200);
  expect(await letterOf(world, outboxId)).toMatchObject({ state: "waiting", status: 502, error: expect.stringContaining("gateway"), payload: { failure: "answer 502" } });
});

test("a letter of a job that no release knows is a person's", async () => {
  const { outboxId, body } = await eventOf(world, (await booked(world)).bookingId);
  await callFailed(world, body, { ...DOWN, job: "send-pigeon" });
  expect(await letterOf(world, outboxId, "send-pigeon")).toMatchObject({ state: "needs_person", kind: "permanent" });
  // And one whose job went away while it waited.
  const message: Record<string, unknown> = { ...(JSON.parse(body) as object), failure: "resend unavailable" };
  await world.database.db.insert(deadLetters).values({ ...filedBefore(0, { job: "send-telegram", state: "waiting" }), outboxId, payload: message });
  await runDue(world.ctx);
  expect(await letterOf(world, outboxId, "send-telegram")).toMatchObject({ state: "needs_person", kind: "permanent" });
  expect((await incidentsOf(world)).map((incident) => incident.cause)).toEqual(["dead-letter:send-pigeon:no such job", "dead-letter:send-telegram:resend unavailable"]);
});

test("a callback that can't be read is refused for good, and logged", async () => {
  const answer = await callJob(world, "/jobs/dead-letter", { body: JSON.stringify({ status: 500, url: "x", sourceBody: "!" }) });
  expect(answer.status).toBe(489);
  expect(world.ctx.logged).toContainEqual(expect.objectContaining({ level: "error", message: expect.stringContaining("could not be read") }));
});

test("a replay that the queue lost is replayed again; past the deadline a person is called", async () => {
  const { ctx, database } = world;
  const { outboxId, body } = await eventOf(world, (await booked(world)).bookingId);
  const late = await eventOf(world, (await booked(world)).bookingId);
  await database.db.update(outbox).set({ publishedAt: sql`app_now()` });
  const payload = JSON.parse(body) as Record<string, unknown>;
  await database.db.insert(deadLetters).values({ ...filedBefore(1), outboxId, payload });
  await database.db.insert(deadLetters).values({ ...filedBefore(1, { deadlineAt: ctx.clock.now() }), outboxId: late.outboxId, payload });
  await runDue(ctx);
  expect(await letterOf(world, outboxId)).toMatchObject({ state: "replayed", replays: 1 });
  await ctx.advance(61 * MINUTE);
  await runDue(ctx);
  await letterBecomes(world, outboxId, { state: "done", replays: 2 });
  expect(await letterOf(world, late.outboxId)).toMatchObject({ state: "needs_person", replays: 1 });
  expect(await database.db.select().from(incidents)).toHaveLength(1);
});

test("replays while the queue is down: they stay due under the same number, and go out once it is back", async () => {
  const { ctx, gateway, database } = world;
  const { outboxId, body } = await eventOf(world, (await booked(world)).bookingId);
  await database.db.update(outbox).set({ publishedAt: sql`app_now()` });
  await callFailed(world, body, DOWN);
  await ctx.advance(2 * MINUTE);
  // Published, and the answer lost.
  gateway.cloud.servers.qstash!.pause();
  gateway.cloud.servers.qstash!.faults.add({ path: "/v2/batch", drop: "after" });
  expect(await runDue(ctx)).toMatchObject({ "dead-letters": { failed: true } });
  expect(await letterOf(world, outboxId)).toMatchObject({ state: "waiting", replays: 0 });
  await ctx.advance(2 * MINUTE);
  expect(await runDue(ctx)).toMatchObject({ "dead-letters": { replayed: 1 } });
  expect((await queued(world)).ids).toEqual([`${outboxId}-send-confirmation-1`]);
  expect((await queued(world)).messages).toBe(1);
  expect(takeConsole()).toHaveLength(1);
});
