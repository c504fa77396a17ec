import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { contactProofs, outbox, roomStays } from "../../db/schema/index.ts";
import { forgetOldRows } from "../../jobs/housekeeping.ts";
import { codeOf } from "../../server/accounts/proofs/code.ts";
import { askCode } from "../../server/accounts/proofs/ask-code.ts";
import { giveCode } from "../../server/accounts/proofs/give-code.ts";
import { cancel, startPayment } from "../../server/bookings/index.ts";
import type { Context } from "../../server/context.ts";
import { newId } from "../../server/platform/ids.ts";
import { holdStay, refusalOf, wish } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { guestCookie } from "../helpers/guest-cookie.ts";
import { mailsTo } from "../helpers/mail.ts";
import { callJob, queueWorld } from "../helpers/queue.ts";
import { callWire } from "../helpers/trpc.ts";
import { SHIPPED } from "../helpers/unbound.ts";
import { createProperty } from "../helpers/world.ts";

const world = queueWorld({ cloud: { qstash: 0, resend: 0 }, env: SHIPPED });

/** A new guest in a network of its own. */
function guest(network = newId()): Context {
  return { ...world.ctx.as(anonymous()), network };
}

function ask(ctx: Context, email: string, locale: "en" | "id" = "en") {
  return askCode(ctx, { email, locale, idempotencyKey: newId() });
}

/** Runs the job of the code that was asked for, as the queue does. */
async function send(proofId: string): Promise<Response> {
  const [row] = await world.database.db
    .select()
    .from(outbox)
    .where(sql`${outbox.payload} ->> 'proofId' = ${proofId}`);
  return callJob(world, "/jobs/send-code", { body: JSON.stringify({ outboxId: row!.id, type: row!.type, v: row!.v, payload: row!.payload }) });
}

async function prove(ctx: Context, email: string): Promise<void> {
  const { proofId } = await ask(ctx, email);
  await giveCode(ctx, { proofId, code: codeOf(ctx.config, proofId) });
}

test("past a bound a guest is asked for a code; with the one in the mail the same request goes through", async () => {
  const { gateway } = world;
  const house = await createProperty(world.database.db, { rooms: [{ units: 4 }] });
  for (let i = 0; i < 2; i += 1) await holdStay(guest(), house, { email: `${newId()}@guest.test` });
  const cookie = await guestCookie(gateway.ctx.config.AUTH_SECRET);
  const email = `${newId()}@guest.test`;
  const asked = await wish(world.ctx, house, { email });
  const refused = await callWire(gateway, "bookings.hold", asked, { type: "mutation", cookie });
  expect(refused.status).toBe(412);
  expect(refused.error?.data.domain).toEqual({ code: "PROOF_REQUIRED", facts: { bound: "night", way: "mailed_code" } });

  const code = await callWire<{ proofId: string }>(gateway, "proofs.ask", { email: email.toUpperCase(), locale: "id", idempotencyKey: newId() }, { type: "mutation", cookie });
  expect((await send(code.data!.proofId)).status).toBe(200);
  const [mail] = await mailsTo(gateway, email);
  expect(mail!.subject).toBe("Kode Anda untuk Nightledger");
  const typed = /\d{3} \d{3}/.exec(mail!.text)![0];
  expect((await callWire(gateway, "proofs.give", { proofId: code.data!.proofId, code: typed }, { type: "mutation", cookie })).data).toEqual({ proven: true });

  const held = await callWire<{ bookingId: string }>(gateway, "bookings.hold", asked, { type: "mutation", cookie });
  expect(held.data?.bookingId).toBeDefined();
  const [stay] = await world.database.db.select().from(roomStays).where(eq(roomStays.bookingId, held.data!.bookingId));
  expect(stay!.unproven).toBe(false);
});

test("a code proves its own address for its own browser, for a day", async () => {
  const house = await createProperty(world.database.db, { rooms: [{ units: 4 }] });
  for (let i = 0; i < 2; i += 1) await holdStay(guest(), house, { email: `${newId()}@guest.test` });
  const [ana, email] = [guest(), `${newId()}@guest.test`];
  await prove(ana, email);
  await refusalOf(holdStay(guest(), house, { email }), "PROOF_REQUIRED");
  await refusalOf(holdStay(ana, house, { email: `${newId()}@guest.test` }), "PROOF_REQUIRED");
  await holdStay(ana, house, { email });
  await world.ctx.advance(25 * 3_600_000);
  for (let i = 0; i < 2; i += 1) await holdStay(guest(), house, { email: `${newId()}@guest.test` });
  await refusalOf(holdStay(ana, house, { email }), "PROOF_REQUIRED");
});

test("a hold made before the proof is paid at the property after it, however much its network owes", async () => {
  const network = newId();
  const book = async (email: string) => {
    const ctx = guest(network);
    const { bookingId } = await holdStay(ctx, await createProperty(world.database.db), { email });
    return { ctx, bookingId, pay: () => startPayment(ctx, { bookingId, method: "property", idempotencyKey: newId() }) };
  };
  // Of two nights each.
  for (let i = 0; i < 15; i += 1) await (await book(`${newId()}@guest.test`)).pay();
  const email = `${newId()}@guest.test`;
  const late = await book(email);
  expect(await refusalOf(late.pay(), "PROOF_REQUIRED")).toEqual({ bound: "network", way: "mailed_code" });
  await prove(late.ctx, email);
  expect(await late.pay()).toEqual({ status: "confirmed" });
});

test("five tries, ten minutes, one browser: then even the right code is over", async () => {
  const [ana, email] = [guest(), `${newId()}@guest.test`];
  const first = await ask(ana, email);
  const right = codeOf(ana.config, first.proofId);
  const wrong = right === "000000" ? "000001" : "000000";
  await refusalOf(giveCode(guest(), { proofId: first.proofId, code: right }), "PRECONDITION");
  for (let i = 0; i < 5; i += 1) await refusalOf(giveCode(ana, { proofId: first.proofId, code: wrong }), "INVALID");
  await refusalOf(giveCode(ana, { proofId: first.proofId, code: right }), "PRECONDITION");
  const second = await ask(ana, email);
  await world.ctx.advance(10 * 60_000 + 1);
  await refusalOf(giveCode(ana, { proofId: second.proofId, code: codeOf(ana.config, second.proofId) }), "PRECONDITION");
});

test("fifty tries at once are five", async () => {
  const ana = guest();
  const { proofId } = await ask(ana, `${newId()}@guest.test`);
  const right = codeOf(ana.config, proofId);
  const tries = Array.from({ length: 50 }, (_, i) => giveCode(ana, { proofId, code: String((Number(right) + 1 + i) % 1_000_000).padStart(6, "0") }));
  const codes = (await Promise.allSettled(tries)).map((one) => (one.status === "rejected" ? (one.reason as { code: string }).code : "proven"));
  expect(codes.filter((code) => code === "INVALID")).toHaveLength(5);
  expect(codes.filter((code) => code === "PRECONDITION")).toHaveLength(45);
});

test("a network uses up its own three codes an hour for an address, however many it asks for at once, and no other network's", async () => {
  const [network, email] = [newId(), `${newId()}@guest.test`];
  const outcomes = await Promise.allSettled(Array.from({ length: 9 }, () => ask(guest(network), email)));
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(3);
  const { retryAfterMs } = await refusalOf(ask(guest(network), email), "RATE_LIMITED");
  await prove(guest(), email);
  await world.ctx.advance(retryAfterMs + 1000);
  await ask(guest(network), email);
});

test("an address gets ten codes an hour, whoever asks for them and however many at once", async () => {
  const email = `${newId()}@guest.test`;
  const outcomes = await Promise.allSettled(Array.from({ length: 14 }, () => ask(guest(), email)));
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(10);
  const { retryAfterMs } = await refusalOf(ask(guest(), email), "RATE_LIMITED");
  expect(retryAfterMs).toBeGreaterThan(3_500_000);
  expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  await world.ctx.advance(retryAfterMs + 1000);
  await ask(guest(), email);
});

test("a network gets twenty codes an hour, for whatever addresses", async () => {
  const network = newId();
  for (let i = 0; i < 20; i += 1) await ask(guest(network), `${newId()}@guest.test`);
  await refusalOf(ask(guest(network), `${newId()}@guest.test`), "RATE_LIMITED");
  await ask(guest(), `${newId()}@guest.test`);
});

test("neither the code nor, once its mail is out, the address is in the database; two days later nothing is", async () => {
  const [ana, email] = [guest(), `${newId()}@guest.test`];
  const { proofId } = await ask(ana, email);
  const row = async () => (await world.database.db.select().from(contactProofs).where(eq(contactProofs.id, proofId)))[0];
  expect((await row())!.email).toBe(email);
  await send(proofId);
  await send(proofId);
  expect(await mailsTo(world.gateway, email)).toHaveLength(1);
  expect(JSON.stringify(await row())).not.toMatch(new RegExp(`${email}|"${codeOf(ana.config, proofId)}"`));
  await world.ctx.advance(49 * 3_600_000);
  await forgetOldRows(world.ctx);
  expect(await row()).toBeUndefined();
});

test("who asked for a room is forgotten an hour after it ended, and once its stay is over", async () => {
  const house = await createProperty(world.database.db, { rooms: [{ units: 4 }] });
  const ana = guest();
  const { bookingId } = await holdStay(ana, house, { email: `${newId()}@guest.test` });
  await cancel(ana, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  const contact = async () => (await world.database.db.select().from(roomStays).where(eq(roomStays.bookingId, bookingId)))[0]!.contact;
  await forgetOldRows(world.ctx);
  expect(await contact()).not.toBeNull();
  await world.ctx.advance(61 * 60_000);
  await forgetOldRows(world.ctx);
  expect(await contact()).toBeNull();
});
