import { eq, sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { outbox, tickRuns } from "../../db/schema/index.ts";
import { runDue, TASKS, tickIfLate } from "../../jobs/tick.ts";
import { holdStay, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { callJob, incidentsOf, MINUTE, queueWorld } from "../helpers/queue.ts";
import { createProperty } from "../helpers/world.ts";

const world = queueWorld();

test("a hold whose message was lost is ended by the tick", async () => {
  const { ctx, database } = world;
  const { bookingId } = await holdStay(ctx.as(anonymous()), await createProperty(database.db));
  await database.db.update(outbox).set({ publishedAt: sql`app_now()` });
  await ctx.advance(16 * MINUTE);
  expect(await runDue(ctx)).toMatchObject({ holds: { seen: expect.any(Number), failed: 0 } });
  expect(await stateOf(database.db, bookingId)).toEqual(["expired"]);
});

test("the tick runs what is due and nothing else, and two ticks at once run each task once", async () => {
  const { ctx } = world;
  const both = await Promise.all([runDue(ctx), runDue(ctx)]);
  const ran = both.flatMap((result) => Object.keys(result)).toSorted();
  expect(ran).toEqual(TASKS.map((task) => task.name).toSorted());
  expect(both.flatMap((result) => Object.values(result)).filter((result) => (result as { failed?: unknown }).failed === true)).toEqual([]);
  expect(await (await callJob(world, "/jobs/tick")).json()).toEqual({});
  await ctx.advance(65_000);
  const due = TASKS.filter((task) => task.everySeconds <= 65).map((task) => task.name);
  expect(Object.keys((await (await callJob(world, "/jobs/tick")).json()) as object).toSorted()).toEqual(due.toSorted());
});

test("a task whose runner died is run again once its lease is over, and one failure stops no other", async () => {
  const { ctx, database } = world;
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

test("a sweep whose items hang begins no more of them than its lease covers; the next one goes on", async () => {
  const { ctx, database } = world;
  for (let i = 0; i < 3; i += 1) await holdStay(ctx.as(anonymous()), await createProperty(database.db));
  await database.db.update(outbox).set({ publishedAt: sql`app_now()` });
  await ctx.advance(16 * MINUTE);
  // Whoever looks at the time finds it 70 seconds later.
  let now = 0;
  const time = vi.spyOn(performance, "now").mockImplementation(() => (now += 70_000));
  onTestFinished(() => time.mockRestore());
  expect(await runDue(ctx)).toMatchObject({ holds: { seen: 1, failed: 0, left: 2 } });
  time.mockRestore();
  await ctx.advance(MINUTE);
  expect(await runDue(ctx)).toMatchObject({ holds: { seen: 2, failed: 0, left: 0 } });
});

test("a run that outlived its lease does not end the lease of the next", async () => {
  const { ctx, database } = world;
  const until = new Date(Date.now() + 10 * MINUTE);
  const taken = vi.spyOn(taskOf("holds"), "run").mockImplementation(async () => {
    await database.db.update(tickRuns).set({ leasedUntil: until }).where(eq(tickRuns.name, "holds"));
    return {};
  });
  onTestFinished(() => taken.mockRestore());
  await runDue(ctx);
  const [run] = await database.db.select().from(tickRuns).where(eq(tickRuns.name, "holds"));
  expect(run).toMatchObject({ leasedUntil: until, lastDoneAt: null });
});

test("a task that keeps failing is one incident, which closes when it works again", async () => {
  const { ctx } = world;
  const broken = vi.spyOn(taskOf("horizon"), "run").mockRejectedValue(new Error("no partition"));
  onTestFinished(() => broken.mockRestore());
  const failing = async () => (await incidentsOf(world)).filter(({ cause }) => cause === "tick-failing:horizon");
  await runDue(ctx);
  expect(await failing()).toEqual([]);
  for (let hour = 0; hour < 2; hour += 1) {
    await ctx.advance(60 * MINUTE);
    await runDue(ctx);
  }
  expect(await failing()).toMatchObject([{ severity: "critical", count: 2, resolvedAt: null }]);
  broken.mockRestore();
  await ctx.advance(60 * MINUTE);
  await runDue(ctx);
  expect(await failing()).toMatchObject([{ resolvedAt: expect.any(Date) }]);
});

function taskOf(name: string) {
  return TASKS.find((task) => task.name === name)!;
}

test("a process runs the tick itself when none came for three minutes, and leaves it to the queue otherwise", async () => {
  const { ctx, database } = world;
  const { bookingId } = await holdStay(ctx.as(anonymous()), await createProperty(database.db));
  // Nobody ever ticked: no queue is set up, or none is there.
  expect(await tickIfLate(ctx)).toBe(true);
  expect(await tickIfLate(ctx)).toBe(false);
  await ctx.advance(2 * MINUTE);
  expect(await tickIfLate(ctx)).toBe(false);
  await ctx.advance(14 * MINUTE);
  expect(await tickIfLate(ctx)).toBe(true);
  expect(await stateOf(database.db, bookingId)).toEqual(["expired"]);
});
