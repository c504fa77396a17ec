import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { bookingChanges, outbox, payments } from "../../db/schema/index.ts";
import { relay } from "../../jobs/outbox.ts";
import { runDue } from "../../jobs/tick.ts";
import { get, startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookAtProperty, changeStay, expectAudited, expectBooked, holdStay, nightOf, stateOf } from "../helpers/booking.ts";
import { anonymous, type TestContext } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { payByStripe, startGateway, type Gateway } from "../helpers/gateway.ts";
import { mailsTo } from "../helpers/mail.ts";
import { createProperty, type World } from "../helpers/world.ts";

const MINUTE = 60_000;
const PATIENT = { timeout: 15_000, interval: 50 };

let database: TestDatabase;
let gateway: Gateway;
let guest: TestContext;
let world: World;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  gateway = await startGateway(database, { cloud: { qstash: 0, resend: 0, stripe: 0 }, publishing: false });
  guest = gateway.ctx.as(anonymous());
  world = await createProperty(database.db, { rooms: [{ units: 1 }] });
});
afterEach(async () => {
  await gateway.ctx.settled();
  await gateway.close();
  await expectAudited(database.db);
  await expectBooked(database.db);
  await database.db.execute(sql`drop schema if exists local_qstash cascade`);
  await database.db.execute(sql`truncate outbox, job_runs, dead_letters, incidents, tick_runs`);
});
afterAll(() => database.drop());

/** A paid booking with a third night that waits for its payment. */
async function draft(): Promise<{ bookingId: string; changeId: string }> {
  const { bookingId } = await holdStay(guest, world);
  const started = await startPayment(guest, { bookingId, method: "stripe", idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("no page");
  await payByStripe(started.redirectUrl);
  await vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]), PATIENT);
  const answer = await changeStay(guest, bookingId, { checkOut: "2027-03-04" });
  if (answer.status !== "payment_due") throw new Error("applied at once");
  return { bookingId, changeId: answer.changeId };
}

async function changeState(changeId: string): Promise<string | undefined> {
  const [row] = await database.db.select({ state: bookingChanges.state }).from(bookingChanges).where(eq(bookingChanges.id, changeId));
  return row?.state;
}

test("a changed booking is told once for each version, with a calendar file that replaces the one before", async () => {
  const email = `${newId()}@guest.test`;
  const bookingId = await bookAtProperty(guest, world, { email });
  const sequences = async () => {
    const mails = (await mailsTo(gateway, email)).filter((mail) => mail.subject.startsWith("Changed"));
    return mails.map((mail) => /SEQUENCE:(\d+)/.exec(Buffer.from(mail.attachments[0]!.content, "base64").toString())?.[1]).toSorted();
  };
  await changeStay(guest, bookingId, { checkOut: "2027-03-04" });
  await relay(gateway.ctx);
  await vi.waitFor(async () => expect(await sequences()).toEqual(["3"]), PATIENT);
  await changeStay(guest, bookingId, { checkOut: "2027-03-05" });
  await relay(gateway.ctx);
  await vi.waitFor(async () => expect(await sequences()).toEqual(["3", "4"]), PATIENT);

  const { token } = await get(guest, { bookingId });
  const downloaded = await (await gateway.request(`/bookings/${bookingId}/calendar.ics?token=${token}`)).text();
  expect(downloaded.replaceAll("\r\n ", "")).toContain(`URL;VALUE=URI:${gateway.url}/trips/${bookingId}?token=${token}\r\n`);
  const [newest] = (await mailsTo(gateway, email)).map((mail) => Buffer.from(mail.attachments[0]!.content, "base64").toString()).filter((file) => file.includes("SEQUENCE:4"));
  expect(downloaded).toBe(newest);
});

test("a draft's end comes through the queue: its night goes back", async () => {
  const { changeId } = await draft();
  await relay(gateway.ctx);
  await gateway.ctx.advance(14 * MINUTE);
  expect(await changeState(changeId)).toBe("pending");
  await gateway.ctx.advance(MINUTE + 2000);
  await vi.waitFor(async () => expect(await changeState(changeId)).toBe("expired"), PATIENT);
  expect(await nightOf(database.db, world.roomTypeId, "2027-03-03")).toMatchObject({ held: 0, sold: 0 });
});

test("a draft whose message was lost is ended by the tick", async () => {
  const { changeId } = await draft();
  await database.db.update(outbox).set({ publishedAt: sql`app_now()` });
  await gateway.ctx.advance(16 * MINUTE);
  expect(await runDue(gateway.ctx)).toMatchObject({ changes: { seen: 1, failed: 0 } });
  expect(await changeState(changeId)).toBe("expired");
});

test("a paid change runs through to its money and its mail by the queue alone", async () => {
  const { bookingId, changeId } = await draft();
  const started = await startPayment(guest, { bookingId, changeId, method: "stripe", idempotencyKey: newId() });
  if (started.status !== "redirect") throw new Error("no page");
  await payByStripe(started.redirectUrl);
  await vi.waitFor(async () => expect(await changeState(changeId)).toBe("applied"), PATIENT);
  const money = async () => (await database.db.select().from(payments).where(eq(payments.bookingId, bookingId)).orderBy(payments.attempt)).map((row) => [row.state, row.captured]);
  await relay(gateway.ctx);
  await vi.waitFor(
    async () =>
      expect(await money()).toEqual([
        ["captured", 22_000],
        ["captured", 11_000],
      ]),
    PATIENT,
  );
});
