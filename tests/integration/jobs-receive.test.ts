import { eq, inArray, sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { deliveries, jobRuns, outbox } from "../../db/schema/index.ts";
import { DEMO_KEYS } from "../../local/keys.ts";
import type { Message } from "../../jobs/define.ts";
import { relay } from "../../jobs/outbox.ts";
import { followers } from "../../jobs/registry.ts";
import { cancel } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdStay, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { mailsTo } from "../helpers/mail.ts";
import { booked, callJob, doneJobs, eventOf, eventsOfType, mailFails, MINUTE, PATIENT, queueWorld } from "../helpers/queue.ts";
import { createProperty } from "../helpers/world.ts";

const world = queueWorld();

/** The jobs that the relay publishes this event to. */
function concerned(body: string): string[] {
  const { type, payload } = JSON.parse(body) as Message;
  return followers(type, payload).map((job) => job.name);
}

test("exactly one confirmation mail, though every message comes twice and the relay repeats itself", async () => {
  const { gateway, database, ctx } = world;
  await fetch(`${gateway.cloud.servers.qstash!.url}/_control/deliveries`, { method: "POST", body: JSON.stringify({ mode: "twice", calls: 20 }) });
  const { bookingId, email } = await booked(world);
  const { outboxId, body } = await eventOf(world, bookingId);
  const ids = [outboxId, ...(await eventsOfType(world, bookingId, "booking.held")).map((row) => row.id)];
  await relay(ctx);
  const expected = concerned(body);
  await vi.waitFor(async () => expect(await doneJobs(world, ids)).toEqual(expect.arrayContaining(expected)), PATIENT);
  // And once more by hand, its memory of having run lost.
  await database.db.delete(jobRuns).where(inArray(jobRuns.outboxId, ids));
  const answers = await Promise.all([callJob(world, "/jobs/send-confirmation", { body }), callJob(world, "/jobs/send-confirmation", { body })]);
  for (const answer of answers) expect([200, 503]).toContain(answer.status);
  expect(await mailsTo(gateway, email)).toHaveLength(1);
  const sent = await database.db
    .select()
    .from(deliveries)
    .where(sql`${deliveries.bookingId} = ${bookingId} and ${deliveries.channel} = 'email'`);
  expect(sent).toMatchObject([{ kind: "booking_confirmed", state: expect.stringMatching(/sent|delivered/) }]);
});

test("a job that is done answers so without running again", async () => {
  const { bookingId } = await booked(world);
  const { body } = await eventOf(world, bookingId);
  expect(await (await callJob(world, "/jobs/send-confirmation", { body })).text()).toBe("done");
  expect(await (await callJob(world, "/jobs/send-confirmation", { body })).text()).toBe("done before");
});

test("what the queue didn't sign for this endpoint is 401", async () => {
  const body = JSON.stringify({ outboxId: newId(), type: "booking.confirmed", v: 1, payload: {} });
  expect((await world.gateway.request("/jobs/send-confirmation", { method: "POST", body })).status).toBe(401);
  expect((await callJob(world, "/jobs/send-confirmation", { body, signedFor: "/jobs/tick" })).status).toBe(401);
  expect((await callJob(world, "/jobs/send-confirmation", { body, key: "sig_another" })).status).toBe(401);
  expect((await callJob(world, "/jobs/send-confirmation", { body, key: DEMO_KEYS.QSTASH_NEXT_SIGNING_KEY })).status).not.toBe(401);
  expect((await world.gateway.request("/jobs/tick", { method: "POST" })).status).toBe(401);
  expect((await world.gateway.request("/jobs/dead-letter", { method: "POST", body: "{}" })).status).toBe(401);
  expect((await callJob(world, "/jobs/none-of-ours")).status).toBe(404);
});

test.each([
  ["no JSON", "{"],
  ["no message", "{}"],
  ["a payload without ids", JSON.stringify({ outboxId: newId(), type: "booking.confirmed", v: 1, payload: {} })],
  ["a NUL in the id", JSON.stringify({ outboxId: newId(), type: "booking.confirmed", v: 1, payload: { bookingId: "\u0000", propertyId: newId(), version: 1 } })],
])("%s is hopeless: 489, not to be tried again", async (_, body) => {
  const answer = await callJob(world, "/jobs/send-confirmation", { body });
  expect(answer.status).toBe(489);
  expect(answer.headers.get("upstash-nonretryable-error")).toBe("true");
});

test("a vendor that is busy makes the queue wait as long as the vendor asks", async () => {
  const { gateway, ctx } = world;
  const { bookingId, email } = await booked(world);
  const { body, outboxId } = await eventOf(world, bookingId);
  mailFails(world, 429, "rate_limit_exceeded", { "retry-after": "7" }, 1);
  const answer = await callJob(world, "/jobs/send-confirmation", { body });
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("7");
  // And the queue itself: the second try comes after the two minutes that the vendor wants, not after a second.
  mailFails(world, 429, "rate_limit_exceeded", { "retry-after": "120" }, 1);
  await relay(ctx);
  const others = concerned(body).length - 1;
  await vi.waitFor(async () => expect(await doneJobs(world, [outboxId])).toHaveLength(others), PATIENT);
  await vi.waitFor(() => expect(gateway.cloud.servers.resend!.faults.list()).toEqual([]), PATIENT);
  await ctx.advance(100_000);
  expect(await mailsTo(gateway, email)).toEqual([]);
  await ctx.advance(30_000);
  await vi.waitFor(async () => expect(await mailsTo(gateway, email)).toHaveLength(1), PATIENT);
});

test("what our own side can't do yet is tried again when it says so: no mail account", async () => {
  const { gateway, ctx } = world;
  const { bookingId } = await booked(world);
  const { body } = await eventOf(world, bookingId);
  gateway.runtime.services = { ...ctx, config: { ...ctx.config, RESEND_API_KEY: undefined } };
  const answer = await callJob(world, "/jobs/send-confirmation", { body });
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("60");
});

test("the hold's end comes through the queue: nights back, and the guest is told once", async () => {
  const { gateway, database, ctx } = world;
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

test("a cancelled hold sends no mail, a cancelled booking one", async () => {
  const { gateway, database, ctx } = world;
  const { bookingId, email, guest } = await booked(world);
  await relay(ctx);
  await vi.waitFor(async () => expect(await mailsTo(gateway, email)).toHaveLength(1), PATIENT);
  const other = ctx.as(anonymous());
  const letGo = await holdStay(other, await createProperty(database.db), { email });
  await cancel(other, { bookingId: letGo.bookingId, expectedFee: 0, idempotencyKey: newId() });
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await relay(ctx);
  const ids = (await database.db.select({ id: outbox.id }).from(outbox)).map((row) => row.id);
  await vi.waitFor(async () => expect(await doneJobs(world, ids)).toEqual(expect.arrayContaining(["send-confirmation", "send-cancellation", "close-pages"])), PATIENT);
  expect((await mailsTo(gateway, email)).map((mail) => mail.subject)).toEqual([expect.stringMatching(/^Cancelled/), expect.stringMatching(/^Confirmed/)]);
});

test("a confirmation that failed once and was then overtaken ends: it is not said, and waits for nothing", async () => {
  const { gateway, database, ctx } = world;
  const { bookingId, email, guest } = await booked(world);
  const confirmed = await eventOf(world, bookingId);
  gateway.cloud.servers.resend!.faults.add({ calls: 5, path: "/emails", status: 500, body: { statusCode: 500, name: "internal_server_error", message: "No." } });
  expect((await callJob(world, "/jobs/send-confirmation", confirmed)).status).toBeGreaterThanOrEqual(500);
  gateway.cloud.servers.resend!.faults.clear();
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  expect((await callJob(world, "/jobs/send-confirmation", confirmed)).status).toBe(200);
  expect(await mailsTo(gateway, email)).toEqual([]);
  expect(await database.db.select().from(deliveries).where(eq(deliveries.bookingId, bookingId))).toMatchObject([{ state: "failed", error: "overtaken" }]);
  await ctx.settled();
});

test("a confirmation that its cancellation has overtaken is not sent any more", async () => {
  const { gateway, database, ctx } = world;
  const { bookingId, email, guest } = await booked(world);
  const confirmed = await eventOf(world, bookingId);
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  const cancelled = await eventOf(world, bookingId, "booking.cancelled");
  expect((await callJob(world, "/jobs/send-cancellation", cancelled)).status).toBe(200);
  expect((await callJob(world, "/jobs/send-confirmation", confirmed)).status).toBe(200);
  expect((await mailsTo(gateway, email)).map((mail) => mail.subject)).toEqual([expect.stringMatching(/^Cancelled/)]);
  expect(await database.db.select().from(deliveries).where(eq(deliveries.bookingId, bookingId))).toHaveLength(1);
  await ctx.settled();
});
