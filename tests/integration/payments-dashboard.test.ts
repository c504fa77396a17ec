import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { incidents, payments, refunds } from "../../db/schema/index.ts";
import { balance, settle, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdStay, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { payByStripe, startGateway, type Gateway } from "../helpers/gateway.ts";
import { createProperty } from "../helpers/world.ts";

let database: TestDatabase;
let gateway: Gateway;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startGateway(database, { cloud: { stripe: 0 }, publishing: false });
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

test("a refund made in the provider's dashboard is in the books once, and a person is told that the booking is no longer paid", async () => {
  const { ctx, cloud } = gateway;
  const guest = ctx.as(anonymous());
  const { bookingId } = await holdStay(guest, await createProperty(database.db));
  const started = await startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("an online payment needs its page");
  await payByStripe(started.redirectUrl);
  await vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]), { timeout: 10_000 });
  await balance(ctx, bookingId);
  const [payment] = await database.db.select().from(payments).where(eq(payments.bookingId, bookingId));
  expect(payment).toMatchObject({ state: "captured", captured: 22_000 });

  await fetch(`${cloud.servers.stripe!.url}/_test/refund`, { method: "POST", body: JSON.stringify({ payment_intent: payment!.paymentRef, amount: 5000 }) });
  await settle(ctx, payment!.id);
  await settle(ctx, payment!.id);
  const made = await database.db.select().from(refunds).where(eq(refunds.paymentId, payment!.id));
  expect(made).toMatchObject([{ amount: 5000, reason: "provider", state: "succeeded" }]);
  const told = await database.db.select().from(incidents).where(eq(incidents.bookingId, bookingId));
  expect(told).toMatchObject([{ cause: `refund-outside:${made[0]!.providerRef}`, count: 1, resolvedAt: null }]);
});
