import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { openDatabase, sqlState } from "../../db/client.ts";
import { bookings, idempotencyKeys, outbox } from "../../db/schema/index.ts";
import { cancel, hold, startPayment } from "../../server/bookings/index.ts";
import { isDomainError } from "../../server/errors.ts";
import { newId } from "../../server/platform/ids.ts";
import { once } from "../../server/platform/idempotency.ts";
import { alone, inGroups } from "../../server/platform/together.ts";
import { holdStay, nightOf, refusalOf, wish } from "../helpers/booking.ts";
import { anonymous, makeContext, SYSTEM, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { openPostgresProxy } from "../helpers/postgres-proxy.ts";
import { createProperty } from "../helpers/world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ max: 20 });
});
afterAll(() => database.drop());

describe.each([
  ["each ask by itself", () => alone],
  ["asks in groups", () => inGroups()],
])("%s", (_, together) => {
  let ctx: TestContext;
  beforeEach(() => {
    ctx = makeContext(database, { together: together() });
  });

  function keyRows(key: string) {
    return database.db.select().from(idempotencyKeys).where(eq(idempotencyKeys.key, key));
  }

  test("ten twins at once make one booking, and each gets the same answer", async () => {
    const world = await createProperty(database.db, { rooms: [{ units: 10 }] });
    const input = await wish(ctx, world);
    const answers = await Promise.all(Array.from({ length: 10 }, () => hold(ctx, input)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1 });
    expect(await database.db.select().from(bookings).where(eq(bookings.propertyId, world.propertyId))).toHaveLength(1);
  });

  test("the same request later gets the stored answer, even when the room is gone since", async () => {
    const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
    const input = await wish(ctx, world);
    const first = await hold(ctx, input);
    expect(await hold(ctx, input)).toEqual(first);
    expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1, version: 2 });
  });

  test("another body under the same key is a CONFLICT, and takes nothing", async () => {
    const world = await createProperty(database.db, { rooms: [{ units: 5 }] });
    const input = await wish(ctx, world);
    await hold(ctx, input);
    expect(await refusalOf(hold(ctx, { ...input, notes: "A quiet room, please." }), "CONFLICT")).toEqual({ reason: expect.stringContaining("idempotency key") });
    expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1 });
  });

  test("another guest's same key is another key: no answer leaks", async () => {
    const world = await createProperty(database.db, { rooms: [{ units: 5 }] });
    const input = await wish(ctx, world);
    const mine = await hold(ctx, input);
    const theirs = await hold(ctx.as(anonymous()), input);
    expect(theirs.bookingId).not.toBe(mine.bookingId);
    expect(theirs.token).not.toBe(mine.token);
  });

  test("the same key serves another verb", async () => {
    const world = await createProperty(database.db);
    const input = await wish(ctx, world);
    const { bookingId } = await hold(ctx, input);
    expect(await startPayment(ctx, { bookingId, method: "property", idempotencyKey: input.idempotencyKey })).toEqual({ status: "confirmed" });
  });

  test("a refusal is not stored: the same key goes through once there is a room", async () => {
    const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
    const other = ctx.as(anonymous());
    const theirs = await holdStay(other, world);
    const input = await wish(ctx, world);
    await refusalOf(hold(ctx, input), "SOLD_OUT");
    expect(await keyRows(input.idempotencyKey)).toEqual([]);
    await cancel(other, { bookingId: theirs.bookingId, idempotencyKey: newId(), expectedFee: 0 });
    expect((await hold(ctx, input)).bookingId).toBeTruthy();
  });

  test("a twin waits for the first; when that is refused, it tries for itself", async () => {
    const key = newId();
    let refuseFirst: (() => void) | undefined;
    const first = once(ctx.as(SYSTEM), "test", { idempotencyKey: key }, () => new Promise<{ answer: string }>((_, reject) => (refuseFirst = () => reject(new Error("refused")))));
    first.catch(() => undefined);
    await vi.waitFor(() => expect(refuseFirst).toBeDefined());
    const twin = once(ctx.as(SYSTEM), "test", { idempotencyKey: key }, () => Promise.resolve({ answer: "second" }));
    await vi.waitFor(async () => {
      const [row] = await database.db.execute<{ n: number }>(sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
      expect(row?.n).toBe(1);
    });
    refuseFirst!();
    await expect(first).rejects.toThrow("refused");
    expect(await twin).toBe("second");
  });

  test("an answer whose commit was lost is found by the next try, and its events are written once", async () => {
    const world = await createProperty(database.db, { rooms: [{ units: 5 }] });
    const input = await wish(ctx, world);
    const proxy = await openPostgresProxy(database.url);
    const lossy = openDatabase(proxy.url, { max: 1 });
    onTestFinished(() => {
      // The driver's ROLLBACK never ends on a connection that is gone: closing gives up on it after 5 s, for which nobody waits.
      void lossy.close();
      return proxy.close();
    });
    const cut = proxy.cutAfter("commit");
    await expect(hold({ ...ctx, db: lossy.db }, input)).rejects.toSatisfy((error) => !isDomainError(error) && sqlState(error) === "CONNECTION_CLOSED");
    await cut;
    const [kept] = await keyRows(input.idempotencyKey);
    const again = await hold(ctx, input);
    expect(again).toEqual(kept?.response);
    expect(await hold(ctx, input)).toEqual(again);
    expect(await database.db.select().from(bookings).where(eq(bookings.propertyId, world.propertyId))).toHaveLength(1);
    expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1, version: 2 });
    const events = await database.db
      .select()
      .from(outbox)
      .where(sql`${outbox.payload} ->> 'bookingId' = ${again.bookingId}`);
    expect(events).toHaveLength(1);
  });

  test("cancelling again under the same key gives the same answer; under another it says the state", async () => {
    const { bookingId } = await holdStay(ctx, await createProperty(database.db));
    await startPayment(ctx, { bookingId, method: "property", idempotencyKey: newId() });
    const key = newId();
    const first = await cancel(ctx, { bookingId, idempotencyKey: key, expectedFee: 0 });
    expect(await cancel(ctx, { bookingId, idempotencyKey: key, expectedFee: 0 })).toEqual(first);
    expect(await refusalOf(cancel(ctx, { bookingId, idempotencyKey: newId(), expectedFee: 0 }), "PRECONDITION")).toMatchObject({ state: "cancelled" });
  });

  test("a twin that comes while the first is being refused is refused as well, and takes nothing", async () => {
    const world = await createProperty(database.db, { rooms: [{ units: 1 }] });
    await holdStay(ctx.as(anonymous()), world);
    const input = await wish(ctx, world);
    await Promise.all([1, 2, 3].map(() => refusalOf(hold(ctx, input), "SOLD_OUT")));
    expect(await keyRows(input.idempotencyKey)).toEqual([]);
    expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1 });
  });

  test("twins with different bodies at once: one is done, the others are a CONFLICT", async () => {
    const world = await createProperty(database.db, { rooms: [{ units: 5 }] });
    const input = await wish(ctx, world);
    const outcomes = await Promise.allSettled(["a", "b", "c"].map((notes) => hold(ctx, { ...input, notes })));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "CONFLICT" });
    expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 1 });
  });

  test("guests who happen to send the same key at once each get a booking of their own", async () => {
    const world = await createProperty(database.db, { rooms: [{ units: 5 }] });
    const input = await wish(ctx, world);
    const answers = await Promise.all([1, 2, 3].map(() => hold(ctx.as(anonymous()), input)));
    expect(new Set(answers.map((answer) => answer.bookingId)).size).toBe(3);
    expect(await nightOf(database.db, world.roomTypeId)).toMatchObject({ held: 3 });
  });

  test("paying again under the same key is the same confirmation, once, at once and later", async () => {
    const { bookingId } = await holdStay(ctx, await createProperty(database.db));
    const input = { bookingId, method: "property" as const, idempotencyKey: newId() };
    const answers = await Promise.all([startPayment(ctx, input), startPayment(ctx, input), startPayment(ctx, input)]);
    expect([...answers, await startPayment(ctx, input)]).toEqual(Array.from({ length: 4 }, () => ({ status: "confirmed" })));
    const events = await database.db
      .select()
      .from(outbox)
      .where(sql`${outbox.payload} ->> 'bookingId' = ${bookingId} and ${outbox.type} = 'booking.confirmed'`);
    expect(events).toHaveLength(1);
    expect(await refusalOf(startPayment(ctx, { ...input, method: "stripe" }), "CONFLICT")).toEqual({ reason: expect.stringContaining("idempotency key") });
  });
});
