import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { payments } from "../../db/schema/index.ts";
import { applyView } from "../../server/bookings/apply-view.ts";
import { newId } from "../../server/platform/ids.ts";
import type { ProviderView } from "../../server/payments/index.ts";
import { eventsOf, holdStay, stateOf } from "../helpers/booking.ts";
import { makeContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createProperty } from "../helpers/world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

test("a refusal that was read before the payment, and comes after it, changes nothing", async () => {
  const ctx = makeContext(database);
  const world = await createProperty(database.db);
  const { bookingId, total, currency } = await holdStay(ctx, world);
  const [seen] = await database.db
    .insert(payments)
    .values({ id: newId(), propertyId: world.propertyId, bookingId, attempt: 1, provider: "stripe", state: "created", amount: total, currency, pageRef: "cs_test_1" })
    .returning();
  const none = { paymentRef: "pi_1", method: "card", captured: 0, refunded: 0, captureBefore: undefined, expiresAt: undefined, refunds: [], disputes: [] };
  const denied: ProviderView = { ...none, state: "denied", amount: undefined, currency: undefined };
  const authorised: ProviderView = { ...none, state: "authorised", amount: total, currency };
  // Both readers had the row before either wrote.
  expect(await applyView(ctx, seen!, authorised)).toBe("written");
  expect(await applyView(ctx, seen!, denied)).toBe("overtaken");
  expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]);
  expect(await eventsOf(database.db, bookingId)).not.toContain("booking.payment_failed");
  const [after] = await database.db.select().from(payments).where(eq(payments.id, seen!.id));
  expect(after?.state).toBe("authorised");
});
