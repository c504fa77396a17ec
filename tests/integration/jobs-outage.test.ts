import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { deliveries, outbox } from "../../db/schema/index.ts";
import { drain } from "../../jobs/outbox.ts";
import { tickIfLate } from "../../jobs/tick.ts";
import { prometheus } from "../../server/platform/prometheus.ts";
import { mailsTo } from "../helpers/mail.ts";
import { booked, incidentsOf, MINUTE, PATIENT, queueWorld } from "../helpers/queue.ts";
import { takeConsole } from "../helpers/quiet.ts";

const { metrics, page } = prometheus();
const world = queueWorld({ metrics });

async function waiting(): Promise<number> {
  return (await world.database.db.select({ id: outbox.id }).from(outbox).where(isNull(outbox.publishedAt))).length;
}

/** Leases are the wall clock's: over, as far as they know. */
async function leasesEnd(): Promise<void> {
  await world.database.db.update(outbox).set({ leasedUntil: null });
}

/** A gauge as whoever scrapes the gateway sees it. */
async function gauge(line: string): Promise<number> {
  world.gateway.runtime.metricsPage = page;
  const text = await (await world.gateway.request("/metrics")).text();
  const found = text.split("\n").find((one) => one.startsWith(`nightledger_${line} `));
  if (!found) throw new Error(`no ${line} in:\n${text}`);
  return Number(found.split(" ").at(-1));
}

async function queueHealth(): Promise<string> {
  const report = (await (await world.gateway.request("/health")).json()) as { dependencies: { queue: string } };
  return report.dependencies.queue;
}

/** Our own time-out of a publishing, ten seconds, comes at once, until the returned function is called. */
function hurry(): () => void {
  const { setTimeout: real } = globalThis;
  const hurried = (work: () => void, ms?: number): NodeJS.Timeout => real(work, ms === 10_000 ? 30 : ms);
  const spy = vi.spyOn(globalThis, "setTimeout").mockImplementation(hurried as typeof setTimeout);
  return () => spy.mockRestore();
}

test.each([
  ["cuts its connections", { drop: "before" }],
  ["answers 503", { status: 503 }],
  ["hangs", { hang: true }],
] as const)("the queue %s for an hour: bookings go on, the outbox grows and is seen, a person is called, and all of it goes out once afterwards", async (_, fault) => {
  const { ctx, gateway } = world;
  const { faults } = gateway.cloud.servers.qstash!;
  // The new stand-ins' clock joins the database's.
  await ctx.advance(0);
  const slowDown = "hang" in fault ? hurry() : () => {};
  onTestFinished(slowDown);
  await tickIfLate(ctx);
  expect(await queueHealth()).toBe("up");
  faults.add({ calls: 100_000, ...fault });
  const bookingIds: string[] = [];
  const emails: string[] = [];
  for (let minute = 0; minute < 60; minute += 6) {
    // What a commit does at once, and the process a little later, since no tick comes.
    const { bookingId, email } = await booked(world);
    bookingIds.push(bookingId);
    emails.push(email);
    expect(await drain(ctx)).toBe(false);
    await leasesEnd();
    await ctx.advance(6 * MINUTE);
    expect(await tickIfLate(ctx)).toBe(true);
    const open = (await incidentsOf(world)).filter((incident) => incident.resolvedAt === null);
    expect(open).toMatchObject(minute < 6 ? [] : [{ cause: "outbox-stuck", severity: "critical", count: expect.any(Number) }]);
    expect(open).toHaveLength(minute < 6 ? 0 : 1);
  }
  expect(await waiting()).toBe(20);
  // The queue is asked once a second at most.
  await vi.waitFor(async () => expect(await queueHealth()).toBe("down"), PATIENT);
  expect(await gauge('waiting_count{kind="outbox"}')).toBe(20);
  expect(await gauge('waiting_oldest_seconds{kind="outbox"}')).toBeGreaterThan(59 * 60);
  expect(await gauge('incidents_open{severity="critical"}')).toBe(1);
  for (const email of emails) expect(await mailsTo(gateway, email)).toEqual([]);

  // It comes back half: once it takes all and its answer is lost.
  slowDown();
  faults.clear();
  faults.add({ path: "/v2/batch", drop: "after" });
  await leasesEnd();
  expect(await drain(ctx)).toBe(false);
  await leasesEnd();
  await ctx.advance(4 * MINUTE);
  await tickIfLate(ctx);
  expect(await waiting()).toBe(0);
  await vi.waitFor(async () => {
    for (const email of emails) expect(await mailsTo(gateway, email)).toHaveLength(1);
  }, PATIENT);
  // The holds' ends were published late as well: they find nothing to do.
  await vi.waitFor(async () => expect(await gateway.cloud.servers.qstash!.pending()).toBeLessThanOrEqual(emails.length), PATIENT);
  await ctx.advance(4 * MINUTE);
  await tickIfLate(ctx);
  expect(await incidentsOf(world)).toMatchObject([{ cause: "outbox-stuck", resolvedAt: expect.any(Date) }]);
  expect(await gauge('waiting_count{kind="outbox"}')).toBe(0);
  const sent = await world.database.db
    .select({ n: sql<number>`count(*)::int` })
    .from(deliveries)
    .where(and(inArray(deliveries.bookingId, bookingIds), eq(deliveries.channel, "email"), eq(deliveries.kind, "booking_confirmed")));
  expect(sent).toEqual([{ n: emails.length }]);
  // The queue's client prints each call that failed, the hanging ones as their connections end: two in each six minutes, and the lost answer.
  await world.close();
  const said: string[] = [];
  await vi.waitFor(() => {
    said.push(...takeConsole());
    expect(said).toHaveLength(21);
  });
});
