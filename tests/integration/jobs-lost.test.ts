import { and, eq, isNull } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { deadLetters, deliveries, incidents, jobRuns, outbox } from "../../db/schema/index.ts";
import { followers } from "../../jobs/registry.ts";
import { runDue } from "../../jobs/tick.ts";
import { startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdStay } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";
import { mailsTo } from "../helpers/mail.ts";
import { createProperty } from "../helpers/world.ts";

const MINUTE = 60_000;
const PATIENT = { timeout: 15_000, interval: 50 };

let database: TestDatabase;
let gateway: Gateway;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startGateway(database, { cloud: { qstash: 0, resend: 0 } });
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

test("messages that the queue took and lost are published again, until their job is done, and then no more", async () => {
  const { ctx, cloud } = gateway;
  const queue = cloud.servers.qstash!;
  await fetch(`${queue.url}/_control/deliveries`, { method: "POST", body: JSON.stringify({ mode: "lost", calls: 2 }) });
  const guest = ctx.as(anonymous());
  const email = `${newId()}@guest.test`;
  const { bookingId } = await holdStay(guest, await createProperty(database.db), { email });
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  const [confirmed] = await vi.waitFor(async () => {
    // Only the end of the hold is still to come.
    expect(await queue.pending()).toBe(1);
    return database.db.select().from(outbox).where(eq(outbox.type, "booking.confirmed"));
  }, PATIENT);
  expect(await mailsTo(gateway, email)).toEqual([]);

  await runDue(ctx);
  expect(await mailsTo(gateway, email)).toEqual([]);
  await ctx.advance(11 * MINUTE);
  await runDue(ctx);
  await vi.waitFor(async () => {
    const done = await database.db.select().from(jobRuns).where(eq(jobRuns.outboxId, confirmed!.id));
    expect(done.map(({ job }) => job).toSorted()).toEqual(
      followers("booking.confirmed")
        .map(({ name }) => name)
        .toSorted(),
    );
    expect(followers("booking.confirmed", confirmed!.payload)).toHaveLength(3);
  }, PATIENT);
  expect(await mailsTo(gateway, email)).toHaveLength(1);
  const told = and(eq(deliveries.bookingId, bookingId), eq(deliveries.audience, "guest"), eq(deliveries.channel, "email"));
  expect(await database.db.select({ state: deliveries.state }).from(deliveries).where(told)).toEqual([{ state: expect.stringMatching(/^(?:sent|delivered)$/) }]);

  await ctx.advance(11 * MINUTE);
  expect(await runDue(ctx)).toMatchObject({ "lost-messages": { published: 0 } });
});

test("what was lost and not done before its job's deadline, since nothing ran meanwhile, waits for a person", async () => {
  const { ctx } = gateway;
  const payload = { bookingId: newId(), propertyId: newId(), version: 1 };
  const event = { id: newId(), type: "booking.confirmed", v: 1, payload, publishedAt: ctx.clock.now() };
  await database.db.insert(outbox).values(event);
  await ctx.advance(100 * 60 * MINUTE);
  await runDue(ctx);
  const letters = await database.db.select().from(deadLetters).where(eq(deadLetters.outboxId, event.id)).orderBy(deadLetters.job);
  const jobs = followers("booking.confirmed", payload).map(({ name }) => name);
  expect(letters.map(({ job, state, kind }) => ({ job, state, kind }))).toEqual(jobs.toSorted().map((job) => ({ job, state: "needs_person", kind: "transient" })));
  const open = await database.db.select({ cause: incidents.cause }).from(incidents).where(isNull(incidents.resolvedAt));
  expect(open.map(({ cause }) => cause)).toEqual(expect.arrayContaining(jobs.map((job) => `dead-letter:${job}:never heard of`)));
  await ctx.advance(6 * MINUTE);
  expect(await runDue(ctx)).toMatchObject({ "lost-messages": { forgotten: 0 } });
});
