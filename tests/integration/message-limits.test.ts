import { and, eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { deliveries, guests, outbox } from "../../db/schema/index.ts";
import { messageJobs, sendHeldBack } from "../../jobs/send-messages.ts";
import { runDue } from "../../jobs/tick.ts";
import { cancel, startPayment } from "../../server/bookings/index.ts";
import type { TestContext } from "../helpers/context.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookingOf, changeStay, holdStay } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { mailsTo } from "../helpers/mail.ts";
import { MINUTE, queueWorld } from "../helpers/queue.ts";
import { SHIPPED } from "../helpers/unbound.ts";
import { createProperty } from "../helpers/world.ts";

// What strangers and guests get, against the limits as they are shipped.

const world = queueWorld({ cloud: { qstash: 0, resend: 0, twilio: 0 }, env: SHIPPED });

/** A guest of an e-mail and a network of its own, with a booking to be paid at the property. */
async function booking(email = `${newId()}@guest.test`): Promise<{ bookingId: string; email: string; guest: TestContext }> {
  const guest = { ...world.ctx.as(anonymous()), network: newId() };
  const { bookingId } = await holdStay(guest, await createProperty(world.database.db), { email });
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  return { bookingId, email, guest };
}

const seen = new Set<string>();

/** Runs what follows from each event since the last time, in order. */
async function runMessages(): Promise<void> {
  const rows = await world.database.db.select().from(outbox).orderBy(outbox.id);
  for (const row of rows.filter(({ id }) => !seen.has(id))) {
    seen.add(row.id);
    for (const job of messageJobs.filter((one) => (one.on as readonly string[]).includes(row.type))) await job.handler(world.ctx, job.input.parse(row.payload));
  }
}

function statesOf(bookingId: string, channel: "email" | "sms", state: "held_back" | "sent") {
  return world.database.db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.bookingId, bookingId), eq(deliveries.channel, channel), eq(deliveries.state, state)));
}

async function texts(to: string): Promise<number> {
  const { messages } = (await (await fetch(`${world.gateway.cloud.servers.resend!.url}/inbox/api/messages`)).json()) as { messages: { kind: string; to: string[] | string }[] };
  return messages.filter((message) => message.kind === "sms" && [message.to].flat().includes(to)).length;
}

test("forty quick changes are four mails and, an hour later, one that tells the last of them", { timeout: 90_000 }, async () => {
  const { bookingId, email, guest } = await booking();
  await runMessages();
  for (let i = 1; i <= 40; i += 1) {
    await changeStay(guest, bookingId, { guest: { name: `Ana ${"i".repeat(i)}` } });
    await runMessages();
  }
  expect(await mailsTo(world.gateway, email)).toHaveLength(4);
  expect(await statesOf(bookingId, "email", "held_back")).not.toEqual([]);
  await runDue(world.ctx);
  expect(await mailsTo(world.gateway, email)).toHaveLength(4);

  await world.ctx.advance(61 * MINUTE);
  await runDue(world.ctx);
  const mails = await mailsTo(world.gateway, email);
  expect(mails).toHaveLength(5);
  expect(mails[0]!.text).toContain(`Hello Ana ${"i".repeat(40)},`);
  expect(await statesOf(bookingId, "email", "held_back")).toEqual([]);
  await world.ctx.advance(61 * MINUTE);
  await runDue(world.ctx);
  expect(await mailsTo(world.gateway, email)).toHaveLength(5);
});

test("a cancellation goes at once, however many changes were told before it, and nothing old comes after it", async () => {
  const { bookingId, email, guest } = await booking();
  for (let i = 1; i <= 6; i += 1) {
    await changeStay(guest, bookingId, { guest: { name: `Ana ${"i".repeat(i)}` } });
    await runMessages();
  }
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  await runMessages();
  const [last] = await mailsTo(world.gateway, email);
  expect(last!.subject).toMatch(/^Cancelled/);
  const before = (await mailsTo(world.gateway, email)).length;
  await world.ctx.advance(61 * MINUTE);
  await runDue(world.ctx);
  expect(await mailsTo(world.gateway, email)).toHaveLength(before);
});

test("changes of many bookings of one address are ten mails an hour with their confirmations; each is told in the end", async () => {
  const email = `${newId()}@guest.test`;
  const all = [];
  for (let i = 0; i < 4; i += 1) all.push(await booking(email));
  await runMessages();
  for (let i = 1; i <= 3; i += 1) {
    for (const { bookingId, guest } of all) await changeStay(guest, bookingId, { guest: { name: `Ana ${"i".repeat(i)}` } });
    await runMessages();
  }
  expect(await mailsTo(world.gateway, email)).toHaveLength(10);
  await world.ctx.advance(61 * MINUTE);
  await runDue(world.ctx);
  for (const { bookingId } of all) {
    const { code } = await bookingOf(world.database.db, bookingId);
    const told = (await mailsTo(world.gateway, email)).filter((mail) => mail.text.includes(code));
    expect(told[0]!.text, code).toContain("Hello Ana iii,");
  }
});

test("a telephone number gets three texts an hour, whoever gives it", async () => {
  const phone = "+628123456700";
  for (let i = 0; i < 5; i += 1) {
    const { bookingId } = await booking();
    await world.database.db.execute(sql`update ${guests} set phone = ${phone} where id = (select guest_id from bookings where id = ${bookingId})`);
    await runMessages();
    expect(await statesOf(bookingId, "sms", "held_back")).toHaveLength(i < 3 ? 0 : 1);
    expect(await statesOf(bookingId, "email", "held_back")).toEqual([]);
  }
  expect(await texts(phone)).toBe(3);
});

/** So many bookings of different guests who all give this number; each has had its messages. */
async function bookingsOf(phone: string, count: number) {
  const all = [];
  for (let i = 0; i < count; i += 1) {
    const one = await booking();
    await world.database.db.execute(sql`update ${guests} set phone = ${phone} where id = (select guest_id from bookings where id = ${one.bookingId})`);
    await runMessages();
    all.push(one);
  }
  return all;
}

const textOf = async (bookingId: string) =>
  (
    await world.database.db
      .select({ state: deliveries.state, error: deliveries.error })
      .from(deliveries)
      .where(and(eq(deliveries.bookingId, bookingId), eq(deliveries.channel, "sms")))
  )[0];

test("a text that was one too many goes when its number has room, unless its booking is another by then", async () => {
  const phone = "+628123456701";
  const [, , , fourth, fifth] = await bookingsOf(phone, 5);
  await sendHeldBack(world.ctx, 100);
  expect(await texts(phone)).toBe(3);
  await cancel(fifth!.guest, { bookingId: fifth!.bookingId, expectedFee: 0, idempotencyKey: newId() });
  await world.ctx.advance(61 * MINUTE);
  await sendHeldBack(world.ctx, 100);
  expect(await texts(phone)).toBe(4);
  expect(await textOf(fourth!.bookingId)).toEqual({ state: "sent", error: null });
  expect(await textOf(fifth!.bookingId)).toEqual({ state: "failed", error: "overtaken" });
});

test("a text that was held back until it is of no use is dropped, and says so", async () => {
  const phone = "+628123456702";
  const [, , , fourth] = await bookingsOf(phone, 4);
  await world.ctx.advance(4 * 60 * MINUTE + 1000);
  await sendHeldBack(world.ctx, 100);
  expect(await texts(phone)).toBe(3);
  expect(await textOf(fourth!.bookingId)).toEqual({ state: "failed", error: "dropped: too late" });
});

test.each([
  ["a mail", "email", "resend", 503],
  ["a text", "sms", "twilio", 429],
] as const)("%s that was held back, and whose vendor fails as its turn comes, waits for the next turn", async (_, channel, vendor, status) => {
  const phone = channel === "sms" ? "+628123456703" : "";
  const [, , , fourth] = await bookingsOf(phone, 4);
  const { bookingId, guest } = fourth!;
  for (let i = 1; channel === "email" && i <= 5; i += 1) {
    await changeStay(guest, bookingId, { guest: { name: `Ana ${"i".repeat(i)}` } });
    await runMessages();
  }
  expect(await statesOf(bookingId, channel, "held_back")).not.toEqual([]);
  await world.ctx.advance(61 * MINUTE);
  world.gateway.cloud.servers[vendor]!.faults.add({ path: "/", calls: 100, status });
  await sendHeldBack(world.ctx, 100);
  expect(await statesOf(bookingId, channel, "held_back")).toHaveLength(1);
  world.gateway.cloud.servers[vendor]!.faults.clear();
  await world.ctx.advance(2 * MINUTE);
  await sendHeldBack(world.ctx, 100);
  expect(await statesOf(bookingId, channel, "held_back")).toEqual([]);
});
