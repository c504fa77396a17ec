import { eq, sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { deadLetters, incidents, outbox } from "../../db/schema/index.ts";
import { relay } from "../../jobs/outbox.ts";
import { publish, queueOf } from "../../jobs/qstash.ts";
import { JOBS } from "../../jobs/registry.ts";
import { emit } from "../../server/bookings/events.ts";
import { newId } from "../../server/platform/ids.ts";
import { mailsTo } from "../helpers/mail.ts";
import { booked, callJob, eventOf, eventsOfType, expectedOf, MINUTE, PATIENT, queued, queueWorld } from "../helpers/queue.ts";
import { takeConsole } from "../helpers/quiet.ts";

const world = queueWorld();

/** Leases are the wall clock's: a minute later, as far as they know. */
async function leasesEnd(): Promise<void> {
  await world.database.db.update(outbox).set({ leasedUntil: sql`${outbox.leasedUntil} - interval '1 minute'` });
}

test("the relay publishes each event once per follower, however many relays run", async () => {
  world.gateway.cloud.servers.qstash!.pause();
  const { bookingId } = await booked(world);
  const published = await Promise.all([relay(world.ctx), relay(world.ctx), relay(world.ctx)]);
  expect(published.toSorted()).toEqual([0, 0, 2]);
  const expected = await expectedOf(world, bookingId);
  expect(expected.messages).toBeGreaterThan(2);
  expect(await queued(world)).toEqual(expected);
  expect(await relay(world.ctx)).toBe(0);
});

test("what a relay had leased when it died is another's once the lease is over, and not before", async () => {
  const { qstash } = world.gateway.cloud.servers;
  qstash!.pause();
  const { bookingId } = await booked(world);
  // It never comes back from its call: as good as dead to the others.
  qstash!.faults.add({ hang: true });
  const dead = relay(world.ctx).catch(() => "cut");
  await vi.waitFor(() => expect(qstash!.faults.list()).toEqual([]), PATIENT);
  expect(await relay(world.ctx)).toBe(0);
  await leasesEnd();
  expect(await relay(world.ctx)).toBe(2);
  expect(await queued(world)).toEqual(await expectedOf(world, bookingId));
  await world.close();
  expect(await dead).toBe("cut");
  takeConsole();
});

test("a relay that died between publishing and marking publishes again, and the queue drops the repetition", async () => {
  world.gateway.cloud.servers.qstash!.pause();
  const { bookingId } = await booked(world);
  await relay(world.ctx);
  await world.database.db.update(outbox).set({ publishedAt: null, leasedUntil: sql`now() - interval '1 second'` });
  expect(await relay(world.ctx)).toBe(2);
  expect(await queued(world)).toEqual(await expectedOf(world, bookingId));
});

test("published again when the queue has long forgotten the first time: the jobs remember, and nothing happens twice", async () => {
  const { qstash } = world.gateway.cloud.servers;
  const { bookingId, email } = await booked(world);
  qstash!.faults.add({ drop: "after" });
  await expect(relay(world.ctx)).rejects.toThrow();
  expect(takeConsole()).toHaveLength(1);
  await vi.waitFor(async () => expect(await mailsTo(world.gateway, email)).toHaveLength(1), PATIENT);
  // Ten minutes is how long the queue knows an id.
  await world.ctx.advance(11 * MINUTE);
  await leasesEnd();
  qstash!.pause();
  const waiting = await qstash!.pending();
  expect(await relay(world.ctx)).toBe(2);
  expect(await qstash!.pending()).toBe(waiting + (await expectedOf(world, bookingId)).messages);
  const { body } = await eventOf(world, bookingId);
  expect(await (await callJob(world, "/jobs/send-confirmation", { body })).text()).toBe("done before");
  qstash!.resume();
  // What stays behind are the two messages of the hold's end, whose time has not come.
  await vi.waitFor(async () => expect(await qstash!.pending()).toBe(2), PATIENT);
  expect(await mailsTo(world.gateway, email)).toHaveLength(1);
});

test("with the queue out of reach events stay leased, then ready; none is lost", async () => {
  await booked(world);
  world.gateway.cloud.servers.qstash!.faults.add({ calls: 1, status: 500, body: {} });
  await expect(relay(world.ctx)).rejects.toThrow();
  expect(takeConsole()).toEqual([expect.stringContaining("/v2/batch failed with status 500")]);
  expect(await relay(world.ctx)).toBe(0);
  await leasesEnd();
  expect(await relay(world.ctx)).toBe(2);
});

test("a queue that accepts the call and never answers costs no more than its limit", async () => {
  const { bookingId } = await booked(world);
  const [event] = await eventsOfType(world, bookingId, "booking.confirmed");
  const job = JOBS.find((one) => one.name === "send-confirmation")!;
  world.gateway.cloud.servers.qstash!.faults.add({ hang: true });
  const { config } = world.ctx;
  const message = { outboxId: event!.id, type: event!.type, v: 1, payload: event!.payload };
  await expect(publish(config, queueOf(config)!, [{ job, message, replay: 0 }], 200)).rejects.toThrow("longer than 200 ms");
  await world.close();
  await vi.waitFor(() => expect(takeConsole()).toHaveLength(1), PATIENT);
});

test("a message that the queue turns away within a batch that it takes is not taken for published", async () => {
  await booked(world);
  const refused = { calls: 1, path: "/v2/batch", status: 200, body: [{ error: "invalid destination" }, { messageId: "msg_1" }] };
  world.gateway.cloud.servers.qstash!.faults.add(refused);
  await expect(relay(world.ctx)).rejects.toThrow("turned 1 of");
  await leasesEnd();
  expect(await relay(world.ctx)).toBe(2);
});

test("an event that its follower can't read blocks no other, and a person hears of it", async () => {
  const broken = newId();
  await world.database.db.insert(outbox).values({ id: broken, type: "booking.held", v: 1, payload: { bookingId: "no id" } });
  const { email } = await booked(world);
  expect(await relay(world.ctx)).toBe(3);
  await vi.waitFor(async () => expect(await mailsTo(world.gateway, email)).toHaveLength(1), PATIENT);
  await vi.waitFor(async () => {
    const [letter] = await world.database.db.select().from(deadLetters).where(eq(deadLetters.outboxId, broken));
    expect(letter).toMatchObject({ job: "close-hold", state: "needs_person", kind: "permanent", status: 489 });
  }, PATIENT);
});

test("events of a transaction that rolls back are never published", async () => {
  const bookingId = newId();
  const rolledBack = world.database.db.transaction(async (tx) => {
    await emit(tx, { type: "booking.confirmed", payload: { bookingId, propertyId: newId(), version: 1 } });
    throw new Error("no");
  });
  await expect(rolledBack).rejects.toThrow("no");
  expect(await relay(world.ctx)).toBe(0);
  expect(await eventsOfType(world, bookingId, "booking.confirmed")).toEqual([]);
});

test("an event that no job follows is an incident, not a success", async () => {
  const { db } = world.database;
  const outboxId = newId();
  await db.insert(outbox).values({ id: outboxId, type: "booking.confirmd", payload: {} });
  await relay(world.ctx);
  const [incident] = await db.select().from(incidents).where(eq(incidents.cause, "event-unfollowed:booking.confirmd"));
  expect(incident).toMatchObject({ severity: "critical", resolvedAt: null, data: { outboxIds: [outboxId] } });
});

test("a payload with a field too many, or of another type, is not written", async () => {
  const event = { bookingId: newId(), propertyId: newId(), version: 1 };
  const { db } = world.database;
  const stranger = { ...event, email: "somebody@example.test" };
  await expect(db.transaction((tx) => emit(tx, { type: "booking.cancelled", payload: stranger }))).rejects.toThrow("email");
  const lacking = { bookingId: event.bookingId };
  // @ts-expect-error a field is missing
  await expect(db.transaction((tx) => emit(tx, { type: "booking.cancelled", payload: lacking }))).rejects.toThrow("propertyId");
  // @ts-expect-error the type is not declared
  await expect(db.transaction((tx) => emit(tx, { type: "booking.canceled", payload: event }))).rejects.toThrow("not declared");
});
