import { and, eq, inArray, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { deadLetters, incidents, jobRuns, outbox } from "../../db/schema/index.ts";
import { DEMO_KEYS } from "../../local/keys.ts";
import { signDelivery } from "../../local/qstash/sign.ts";
import { followers } from "../../jobs/registry.ts";
import { startPayment } from "../../server/bookings/index.ts";
import { newId } from "../../server/platform/ids.ts";
import { expectAudited, expectBooked, holdStay } from "./booking.ts";
import { anonymous, type TestContext } from "./context.ts";
import { createDatabase, type TestDatabase } from "./database.ts";
import { startGateway, type Gateway, type GatewayOptions } from "./gateway.ts";
import { createProperty } from "./world.ts";

export const MINUTE = 60_000;
export const PATIENT = { timeout: 15_000, interval: 50 };

/** What a job's test works with; `gateway` and `ctx` are new for each test. */
export interface QueueWorld {
  database: TestDatabase;
  gateway: Gateway;
  ctx: TestContext;
  /** Ends the gateway and the stand-ins before the test's end, cutting what hangs. */
  close(): Promise<void>;
}

/** Gives each test of the file a gateway with the queue's stand-in and others. Nothing is published unless the test runs the relay. */
export function queueWorld(options: GatewayOptions = {}): QueueWorld {
  const world = {} as QueueWorld;
  beforeAll(async () => {
    world.database = await createDatabase();
  });
  beforeEach(async () => {
    world.gateway = await startGateway(world.database, { cloud: { qstash: 0, resend: 0, stripe: 0 }, publishing: false, ...options });
    world.ctx = world.gateway.ctx;
    let closing: Promise<void> | undefined;
    world.close = () => (closing ??= world.gateway.close());
  });
  afterEach(async () => {
    await world.ctx.settled();
    await world.close();
    await expectAudited(world.database.db);
    await expectBooked(world.database.db);
    // The queue and what waits for it are the database's: the next test begins with neither.
    await world.database.db.execute(sql`drop schema if exists local_qstash cascade`);
    await world.database.db.execute(sql`truncate outbox, job_runs, dead_letters, incidents, tick_runs, audit_log`);
  });
  afterAll(() => world.database.drop());
  return world;
}

/** A booking paid at the property, by a guest with an address of their own. */
export async function booked({ ctx, database }: QueueWorld): Promise<{ bookingId: string; email: string; guest: TestContext }> {
  const guest = ctx.as(anonymous());
  const email = `${newId()}@guest.test`;
  // Its property has no address, so that every mail and every fault of mails is the guest's.
  const { bookingId } = await holdStay(guest, await createProperty(database.db, { property: { email: "" } }), { email });
  await startPayment(guest, { bookingId, method: "property", idempotencyKey: newId() });
  return { bookingId, email, guest };
}

/** The booking's events of a type, oldest first. */
export function eventsOfType({ database }: QueueWorld, bookingId: string, type: string) {
  return database.db
    .select()
    .from(outbox)
    .where(sql`${outbox.payload} ->> 'bookingId' = ${bookingId} and ${outbox.type} = ${type}`)
    .orderBy(outbox.id);
}

/** The one event, and the body that the queue brings of it. */
export async function eventOf(world: QueueWorld, bookingId: string, type = "booking.confirmed"): Promise<{ outboxId: string; body: string }> {
  const [row] = await eventsOfType(world, bookingId, type);
  if (!row) throw new Error(`no ${type} of ${bookingId}`);
  return { outboxId: row.id, body: JSON.stringify({ outboxId: row.id, type: row.type, v: row.v, payload: row.payload }) };
}

/** What the queue has been given: how many messages wait, and of which event, job and replay it knows. */
export async function queued({ gateway, database }: QueueWorld): Promise<{ messages: number; ids: string[] }> {
  const rows = await database.db.execute<{ id: string }>(sql`select id from local_qstash.deduplication order by id`);
  return { messages: await gateway.cloud.servers.qstash!.pending(), ids: rows.map((row) => row.id.replace("id:", "")) };
}

/** One message per event and follower. */
export async function expectedOf({ database }: QueueWorld, bookingId: string): Promise<{ messages: number; ids: string[] }> {
  const rows = await database.db
    .select()
    .from(outbox)
    .where(sql`${outbox.payload} ->> 'bookingId' = ${bookingId}`);
  const ids = rows.flatMap((row) => followers(row.type, row.payload).map((job) => `${row.id}-${job.name}-0`)).toSorted();
  return { messages: ids.length, ids };
}

export async function doneJobs({ database }: QueueWorld, outboxIds: string[]): Promise<string[]> {
  const rows = await database.db.select({ job: jobRuns.job }).from(jobRuns).where(inArray(jobRuns.outboxId, outboxIds));
  return rows.map((row) => row.job).toSorted();
}

export async function letterOf({ database }: QueueWorld, outboxId: string, job = "send-confirmation") {
  const [row] = await database.db
    .select()
    .from(deadLetters)
    .where(and(eq(deadLetters.outboxId, outboxId), eq(deadLetters.job, job)));
  return row;
}

/** Waits for the letter to say so. */
export function letterBecomes(world: QueueWorld, outboxId: string, wanted: Record<string, unknown>, job?: string): Promise<void> {
  return vi.waitFor(async () => {
    expect(await letterOf(world, outboxId, job)).toMatchObject(wanted);
  }, PATIENT);
}

export function incidentsOf({ database }: QueueWorld) {
  return database.db.select().from(incidents).orderBy(incidents.firstAt);
}

interface Call {
  body?: string;
  signedFor?: string;
  key?: string;
}

/** Calls a job's endpoint as the queue does. */
export function callJob({ gateway }: QueueWorld, path: string, { body = "{}", signedFor = path, key = DEMO_KEYS.QSTASH_CURRENT_SIGNING_KEY }: Call = {}): Promise<Response> {
  const signature = signDelivery({ key, url: `${gateway.url}${signedFor}`, body: Buffer.from(body), issuedAt: Math.floor(Date.now() / 1000), id: newId() });
  return gateway.request(path, { method: "POST", body, headers: { "upstash-signature": signature, "content-type": "application/json" } });
}

interface Failure {
  job?: string;
  status: number;
  body?: string;
  headers?: Record<string, string[]>;
}

/** The queue's failure callback for a message, as it comes after the burst. */
export function callFailed(world: QueueWorld, source: string, { job = "send-confirmation", status, body = "", headers = {} }: Failure): Promise<Response> {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const callback = { status, header: headers, body: base64(body), url: `${world.gateway.url}/jobs/${job}`, sourceBody: base64(source) };
  return callJob(world, "/jobs/dead-letter", { body: JSON.stringify(callback) });
}

/** The mail vendor says this to everything, until the faults are cleared. */
export function mailFails({ gateway }: QueueWorld, status: number, name: string, headers: Record<string, string> = {}, calls = 1000): void {
  gateway.cloud.servers.resend!.faults.add({ calls, path: "/emails", status, headers, body: { statusCode: status, name, message: "No." } });
}
