import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { idempotencyKeys } from "../../db/schema/index.ts";
import { forgetOldRows } from "../../jobs/housekeeping.ts";
import { askCode } from "../../server/accounts/proofs/ask-code.ts";
import { cancel, hold, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { appRouter } from "../../server/router.ts";
import { changeStay, stateOf, wish } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { payByStripe, startGateway, type Gateway } from "../helpers/gateway.ts";
import { createProperty } from "../helpers/world.ts";

const HOUR = 3_600_000;

let database: TestDatabase;
let gateway: Gateway;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  gateway = await startGateway(database, { cloud: { stripe: 0 }, publishing: false });
});
afterEach(() => gateway.close());
afterAll(() => database.drop());

function keyRows(key: string) {
  return database.db.select().from(idempotencyKeys).where(eq(idempotencyKeys.key, key));
}

test("keys are forgotten after three days, and their answers with them", async () => {
  const guest = gateway.ctx.as(anonymous());
  const input = await wish(guest, await createProperty(database.db));
  await hold(guest, input);
  await gateway.ctx.advance(71 * HOUR);
  await forgetOldRows(gateway.ctx);
  expect(await keyRows(input.idempotencyKey)).toHaveLength(1);
  await gateway.ctx.advance(2 * HOUR);
  await forgetOldRows(gateway.ctx);
  expect(await keyRows(input.idempotencyKey)).toEqual([]);
});

test("however many keys a busy hour made, one run forgets them all", async () => {
  await database.db.execute(sql`
    insert into idempotency_keys (verb, actor, key, request_hash, response, created_at)
    select 'test', 'anon:busy', 'key-' || lpad(n::text, 8, '0'), 'hash', '{}', app_now() - interval '73 hours' from generate_series(1, 12001) n`);
  expect(await forgetOldRows(gateway.ctx)).toMatchObject({ idempotency_keys: 12_001 });
});

/** Who guests are: none of it may stand in a stored answer, which erasing a guest doesn't reach. */
const PERSON = { name: "Qadira Zubiri", email: "qadira@guest.test", phone: "+34600111222", country: "ES" };
const NOTES = "Arriving with a guide dog";

test("no verb's stored answer holds personal data: ids, instants and amounts only", async () => {
  const guest = gateway.ctx.as(anonymous());
  const [online, atDesk] = [await createProperty(database.db), await createProperty(database.db)];
  const held = await hold(guest, { ...(await wish(guest, online)), guest: PERSON, notes: NOTES });
  const page = await startPayment(guest, { bookingId: held.bookingId, method: "stripe", idempotencyKey: newId() });
  await payByStripe(page.status === "redirect" ? page.redirectUrl : "");
  await vi.waitFor(async () => expect(await stateOf(database.db, held.bookingId)).toEqual(["confirmed"]), { timeout: 15_000, interval: 50 });
  const other = await hold(guest, { ...(await wish(guest, atDesk)), guest: PERSON, notes: NOTES });
  await startPayment(guest, { bookingId: other.bookingId, method: "property", idempotencyKey: newId() });
  const change = { checkOut: "2027-03-04", guest: { name: `${PERSON.name} Li`, phone: PERSON.phone } };
  expect(await changeStay(guest, held.bookingId, change)).toMatchObject({ status: "payment_due" });
  expect(await changeStay(guest, other.bookingId, change)).toMatchObject({ status: "applied" });
  await cancel(guest, { bookingId: other.bookingId, expectedFee: 0, idempotencyKey: newId() });
  await askCode(guest, { email: PERSON.email, locale: "en", idempotencyKey: newId() });

  const rows = await database.db
    .select()
    .from(idempotencyKeys)
    .where(sql`${idempotencyKeys.response} <> '{}'`);
  const fields = new Map<string, Set<string>>();
  for (const row of rows) {
    const text = JSON.stringify(row);
    for (const word of [...Object.values(PERSON).filter((value) => value.length > 2), NOTES]) expect(text, row.verb).not.toContain(word);
    for (const field of Object.keys(row.response as object)) fields.set(row.verb, (fields.get(row.verb) ?? new Set()).add(field));
  }
  expect(Object.fromEntries([...fields].map(([verb, names]) => [verb, [...names].toSorted()]))).toEqual({
    // `token` opens the booking, as its code does: both are as good as the booking, and gone after three days.
    "bookings.hold": ["bookingId", "code", "currency", "holdExpiresAt", "token", "total"],
    "payments.start": ["paymentId", "status"],
    "bookings.modify": ["bookingId", "changeId", "currency", "due", "expiresAt", "refund", "status", "version", "ways"],
    "bookings.cancel": ["bookingId", "currency", "dueProperty", "fee", "refund", "state", "ways"],
    "proofs.ask": ["expiresAt", "proofId"],
  });
});

/** Its answer is two ids, and asking again gives the same: it changes nothing. */
const KEYLESS = ["bookings.lookup", "proofs.give"];

test("every mutation takes a key, and is among those whose stored answers are looked at above", () => {
  const all = appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: { def: { shape?: object } }[] } }>;
  const mutations = Object.entries(all).filter(([name, { _def }]) => _def.type === "mutation" && !KEYLESS.includes(name));
  for (const [name, { _def }] of mutations) expect(_def.inputs[0]!.def.shape, name).toHaveProperty("idempotencyKey");
  expect(mutations.map(([name]) => name).toSorted()).toEqual(["bookings.cancel", "bookings.hold", "bookings.modify", "payments.start", "proofs.ask"]);
});
