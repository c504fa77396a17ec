import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, expect, test, vi } from "vitest";
import { auditLog, deadLetters, deliveries } from "../../db/schema/index.ts";
import { correctAddress } from "../../jobs/dead-letters/correct-address.ts";
import { discard } from "../../jobs/dead-letters/discard.ts";
import { dryRun } from "../../jobs/dead-letters/dry-run.ts";
import { list, show } from "../../jobs/dead-letters/list.ts";
import { replay } from "../../jobs/dead-letters/replay.ts";
import { JOBS } from "../../jobs/registry.ts";
import { cancel } from "../../server/bookings/index.ts";
import type { Context } from "../../server/context.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookingOf, refusalOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { mailsTo } from "../helpers/mail.ts";
import { booked, callFailed, callJob, eventOf, incidentsOf, letterBecomes, letterOf, MINUTE, queueWorld } from "../helpers/queue.ts";

const world = queueWorld({ cloud: { qstash: 0, resend: 0, stripe: 0, twilio: 0 } });

const REFUSED = { status: 489, body: "resend refused 422 validation_error", headers: { "nightledger-failure": ["resend 422"] } };

function operator(): Context {
  return world.ctx.as({ kind: "operator", name: "dewi" });
}

/** A booking whose confirmation could not be sent. */
async function failed(job = "send-confirmation", type = "booking.confirmed") {
  const made = await booked(world);
  if (type === "booking.cancelled") await cancel(made.guest, { bookingId: made.bookingId, expectedFee: 0, idempotencyKey: newId() });
  const event = await eventOf(world, made.bookingId, type);
  await callFailed(world, event.body, { ...REFUSED, job });
  const letter = await letterOf(world, event.outboxId, job);
  return { ...made, ...event, id: letter!.id };
}

/** Everything that a dry run could have touched. */
async function everything(): Promise<unknown[]> {
  const counts = ["outbox", "job_runs", "incidents", "deliveries", "audit_log", "booking_events", "payments", "refunds"].map((table) =>
    sql.raw(`(select count(*) from ${table}) as ${table}`),
  );
  const [row] = await world.database.db.execute(sql`select ${sql.join(counts, sql`, `)}`);
  return [row, await world.database.db.select().from(deadLetters).orderBy(deadLetters.id)];
}

/** Compiled once for all runs of the command. */
const compiled = mkdtempSync(join(tmpdir(), "nightledger-dlq-"));
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

/** Runs the command as its npm script does. */
function dlq(args: string[], env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  const { PATH = "", HOME = "" } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", "./local/quick-imports.ts", "jobs/dlq.ts", ...args],
      { env: { PATH, HOME, DATABASE_URL: world.database.url, NODE_COMPILE_CACHE: compiled, ...env }, timeout: 20_000 },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

test("only the system's own hand and its operator may touch dead letters, and only a person discards", async () => {
  const { id } = await failed();
  for (const actor of [anonymous(), { kind: "webhook", provider: "stripe" }] as const) {
    const ctx = world.ctx.as(actor);
    for (const work of [list(ctx), show(ctx, { id }), dryRun(ctx, { id }), replay(ctx, { id }), discard(ctx, { id, why: "because" })]) await refusalOf(work, "FORBIDDEN");
  }
  await refusalOf(discard(world.ctx, { id, why: "because" }), "FORBIDDEN");
  await refusalOf(show(operator(), { id: newId() }), "NOT_FOUND");
  expect((await list(world.ctx)).total).toBe(1);
});

test("list shows open letters, those that wait for a person first, with age and tries", async () => {
  const poison = await failed();
  const passing = await eventOf(world, (await booked(world)).bookingId);
  await callFailed(world, passing.body, { status: 503, body: "resend server 500", headers: { "nightledger-failure": ["resend unavailable"] } });
  await world.ctx.advance(90 * MINUTE);
  const { letters, total } = await list(operator());
  expect(total).toBe(2);
  expect(letters).toMatchObject([
    { id: poison.id, job: "send-confirmation", state: "needs_person", failure: "resend 422", tries: 1, nextReplayAt: null },
    { state: "waiting", failure: "resend unavailable", nextReplayAt: expect.any(Date) },
  ]);
  expect(Math.round(letters[0]!.ageSeconds / 60)).toBe(90);
});

test("a dry run says which message would go to whom, and neither writes nor sends anything", async () => {
  const { id, email } = await failed();
  const before = await everything();
  const run = await dryRun(operator(), { id });
  expect(run).toMatchObject({ jobExists: true, payloadIssues: [], doneBefore: false });
  expect(run.booking).toEqual([expect.stringMatching(/^[A-Z0-9]{10} is confirmed, version 2 \(the event tells of version 2\)$/), expect.stringContaining("due online 0")]);
  expect(run.would[0]).toMatch(new RegExp(`^send an e-mail to ${email}: Confirmed`));
  expect(run.would.join("\n")).toContain("House of Tests");
  expect(await everything()).toEqual(before);
  expect(await mailsTo(world.gateway, email)).toEqual([]);
});

test.each(JOBS.map((job) => job.name))("a dry run of %s says what it would do", async (name) => {
  const job = JOBS.find((one) => one.name === name)!;
  const { id } = await failed(name, job.on.includes("booking.cancelled") ? "booking.cancelled" : "booking.confirmed");
  const before = await everything();
  const run = await dryRun(operator(), { id });
  // An event of another type lacks what close-hold and send-payment-failed must know: that is said as well.
  expect(run.would.length + run.payloadIssues.length).toBeGreaterThan(0);
  expect(await everything()).toEqual(before);
});

test("a dry run says when nothing would be sent: overtaken, or sent before", async () => {
  const { id, guest, bookingId, body } = await failed();
  await cancel(guest, { bookingId, expectedFee: 0, idempotencyKey: newId() });
  expect((await dryRun(operator(), { id })).would).toEqual([expect.stringContaining("the booking is cancelled by now")]);
  const sent = await failed();
  const { propertyId } = await bookingOf(world.database.db, sent.bookingId);
  await world.database.db
    .insert(deliveries)
    .values({ id: newId(), propertyId, bookingId: sent.bookingId, kind: "booking_confirmed", channel: "email", version: 2, state: "delivered" });
  expect((await dryRun(operator(), { id: sent.id })).would).toEqual([expect.stringContaining("delivered")]);
  await world.database.db.execute(sql`insert into job_runs (outbox_id, job) values (${(JSON.parse(body) as { outboxId: string }).outboxId}, 'send-confirmation')`);
  expect(await dryRun(operator(), { id })).toMatchObject({ doneBefore: true });
});

test("a dry run says why it would fail: no such job, a payload that can't be read, a booking that isn't there", async () => {
  const { id, body } = await failed();
  const message = JSON.parse(body) as { payload: object };
  const set = (changes: Partial<typeof deadLetters.$inferInsert>) =>
    world.database.db
      .update(deadLetters)
      .set(changes)
      .where(sql`id = ${id}`);
  await set({ payload: { ...message, payload: { ...message.payload, bookingId: newId() } } });
  expect(await dryRun(operator(), { id })).toMatchObject({ booking: [expect.stringContaining("does not exist")], would: [expect.stringContaining("fail")] });
  await set({ payload: { ...message, payload: { ...message.payload, version: "two" } } });
  expect(await dryRun(operator(), { id })).toMatchObject({ payloadIssues: [expect.stringContaining("version")], would: [] });
  await set({ job: "send-pigeon" });
  expect(await dryRun(operator(), { id })).toMatchObject({ jobExists: false, would: [] });
  await refusalOf(replay(operator(), { id }), "PRECONDITION");
});

test("discard keeps who and why, and the last letter of a cause closes its incident", async () => {
  const [first, second] = [await failed(), await failed()];
  expect(await incidentsOf(world)).toMatchObject([{ count: 2, resolvedAt: null }]);
  expect(await refusalOf(discard(operator(), { id: first.id, why: " " }), "INVALID")).toMatchObject({ field: "why" });
  await discard(operator(), { id: first.id, why: "  The guest was called.  " });
  expect(await incidentsOf(world)).toMatchObject([{ count: 1, resolvedAt: null }]);
  await discard(operator(), { id: second.id, why: "A test booking." });
  expect(await incidentsOf(world)).toMatchObject([{ resolvedAt: expect.any(Date) }]);
  expect(await world.database.db.select().from(auditLog).orderBy(auditLog.id)).toMatchObject([
    {
      actor: "operator:dewi",
      action: "dead_letter.discarded",
      subject: `dead_letter:${first.id}`,
      before: { state: "needs_person", job: "send-confirmation" },
      after: { state: "discarded", why: "The guest was called." },
    },
    { subject: `dead_letter:${second.id}` },
  ]);
  // Twice is once; and a failure that is heard of later doesn't bring it back.
  expect(await refusalOf(discard(operator(), { id: first.id, why: "again" }), "PRECONDITION")).toMatchObject({ state: "discarded" });
  expect(await refusalOf(replay(operator(), { id: first.id }), "PRECONDITION")).toMatchObject({ state: "discarded" });
  await callFailed(world, first.body, REFUSED);
  expect(await letterOf(world, first.outboxId)).toMatchObject({ state: "discarded" });
  expect((await list(operator())).total).toBe(0);
  expect((await list(operator(), { all: true })).total).toBe(2);
});

test("a replay by a person is in the audit, and two at once are one", async () => {
  const { id, email, outboxId } = await failed();
  world.gateway.cloud.servers.qstash!.pause();
  const both = await Promise.allSettled([replay(operator(), { id }), replay(operator(), { id })]);
  expect(both.map((one) => one.status)).toContain("fulfilled");
  expect(await world.gateway.cloud.servers.qstash!.pending()).toBe(1);
  expect(await letterOf(world, outboxId)).toMatchObject({ state: "replayed", replays: 1 });
  // It is on its way: the incident stays until it is done.
  expect(await incidentsOf(world)).toMatchObject([{ count: 1, resolvedAt: null }]);
  world.gateway.cloud.servers.qstash!.resume();
  await letterBecomes(world, outboxId, { state: "done" });
  await vi.waitFor(async () => expect(await incidentsOf(world)).toMatchObject([{ resolvedAt: expect.any(Date) }]));
  expect(await mailsTo(world.gateway, email)).toHaveLength(1);
  expect((await world.database.db.select().from(auditLog)).map((row) => row.actor)).toContain("operator:dewi");
});

test("the command: list, show, dry-run, replay, discard, on DATABASE_URL", { timeout: 60_000 }, async () => {
  const { id, email, outboxId, body, bookingId } = await failed();
  const { code } = await bookingOf(world.database.db, bookingId);
  const table = await dlq(["list"]);
  expect(table.out.split("\n")[0]).toMatch(/^id +job +state +age +tries +booking +hotel +failure +error$/);
  expect(table.out).toMatch(new RegExp(`${id} +send-confirmation +needs_person +\\d+ s +1 +${code} +House of Tests +resend 422 +resend refused 422 validation_error`));
  const shown = (await dlq(["show", id])).out;
  expect(shown).toContain(outboxId);
  expect(shown).toMatch(new RegExp(`booking +${code} at House of Tests, arrival \\S+, guest A\\. R\\. \\(${email[0]}\\*\\*\\*@guest\\.test\\)`));
  expect(shown).not.toContain(email);
  expect((await dlq(["dry-run", id])).out).toContain(`send an e-mail to ${email}: Confirmed`);
  // It knows no address of the deployment, so the tick publishes.
  expect(await dlq(["replay", id])).toMatchObject({ code: 0, out: expect.stringContaining("tick") });
  expect(await letterOf(world, outboxId)).toMatchObject({ state: "waiting", replays: 0 });
  const { PUBLIC_URL, QSTASH_URL, QSTASH_TOKEN } = world.ctx.config;
  expect(await dlq(["replay", id], { PUBLIC_URL, QSTASH_URL: QSTASH_URL!, QSTASH_TOKEN: QSTASH_TOKEN! })).toMatchObject({
    code: 0,
    out: expect.stringContaining("Handed to the queue"),
  });
  await letterBecomes(world, outboxId, { state: "done", replays: 1 });

  const other = await failed();
  expect(await dlq(["discard", other.id])).toMatchObject({ code: 2, err: expect.stringContaining("--author NAME --reason TEXT") });
  expect(await dlq(["discard", other.id, "--author", "dewi", "--reason", "The guest was called."])).toMatchObject({ code: 0, out: "Discarded.\n" });
  expect(await world.database.db.select().from(auditLog).orderBy(auditLog.id)).toMatchObject([
    { action: "dead_letter.replayed" },
    { action: "dead_letter.replayed" },
    { action: "dead_letter.discarded", actor: "operator:dewi" },
  ]);
  expect((await dlq(["list"])).out).toBe("No dead letters.\n");
  // In production too it needs no secret of the deployment's.
  expect(await dlq(["list"], { NODE_ENV: "production" })).toMatchObject({ code: 0, out: "No dead letters.\n" });
  expect(await dlq(["show", newId()])).toMatchObject({ code: 1, err: "NOT_FOUND: dead letter\n" });
  expect((await callJob(world, "/jobs/send-confirmation", { body })).status).toBe(200);
});

test("a wrong address is corrected by a person, and the message goes to the new one", async () => {
  const { id, email, outboxId, bookingId } = await failed();
  const right = `${newId()}@guest.test`;
  await refusalOf(correctAddress(world.ctx, { id, email: right, reason: "read out by telephone" }), "FORBIDDEN");
  expect(await refusalOf(correctAddress(operator(), { id, email: "no address", reason: "read out by telephone" }), "INVALID")).toMatchObject({ field: "email" });
  expect(await refusalOf(correctAddress(operator(), { id, email: right, reason: " " }), "INVALID")).toMatchObject({ field: "reason" });
  await correctAddress(operator(), { id, email: right.toUpperCase(), reason: "read out by telephone" });
  await letterBecomes(world, outboxId, { state: "done" });
  expect(await mailsTo(world.gateway, right)).toHaveLength(1);
  expect(await mailsTo(world.gateway, email)).toEqual([]);
  const [kept] = await world.database.db.select().from(auditLog).orderBy(auditLog.id);
  expect(kept).toMatchObject({ actor: "operator:dewi", action: "guest.email_corrected", subject: `booking:${bookingId}`, after: { reason: "read out by telephone" } });
  expect(JSON.stringify(kept)).not.toContain("@guest.test");
});

test.each<[string, string, { status: number; letter: string; would: string }]>([
  ["that its vendor refused did not go out: a replay sends it", "refused 21610", { status: 200, letter: "done", would: "send a text to" }],
  ["that may have gone out is not sent again: a replay says so, and its letter stays open", "timeout", { status: 489, letter: "needs_person", would: "fail again" }],
])("a text %s", async (_, error, { status, letter, would }) => {
  const { id, bookingId, body, outboxId } = await failed("text-confirmation");
  const { propertyId } = await bookingOf(world.database.db, bookingId);
  const row = { id: newId(), propertyId, bookingId, kind: "booking_confirmed", channel: "sms", version: 2, state: "failed", error } as const;
  await world.database.db.insert(deliveries).values(row);
  expect((await dryRun(operator(), { id })).would.join("\n")).toContain(would);
  expect((await callJob(world, "/jobs/text-confirmation", { body })).status).toBe(status);
  expect(await letterOf(world, outboxId, "text-confirmation")).toMatchObject({ state: letter });
});

test.each(["", "replay 1", "list --bogus"])("the command tells how it is used: '%s'", async (line) => {
  expect(await dlq(line.split(" ").filter(Boolean))).toMatchObject({ code: 2, out: "", err: expect.stringContaining("dry-run ID") });
});

test("the command without a database says what to do", async () => {
  const nowhere = await dlq(["list"], { DATABASE_URL: "", DATA_DIR: "no-such-folder" });
  expect(nowhere).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^DATABASE_URL is not set.*npm start.*\n$/) });
  const away = await dlq(["list"], { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
  expect(away).toMatchObject({ code: 1, err: expect.stringMatching(/^The database can't be reached/) });
});
