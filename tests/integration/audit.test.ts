import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { audit, findWrong, INVARIANTS } from "../../db/audit.ts";
import { TEXTED, TOLD } from "../../db/audit/messages.ts";
import { seedDemo } from "../../db/seed/demo.ts";
import { followers } from "../../jobs/registry.ts";
import { loadSecrets } from "../../local/secrets.ts";
import { cancel, expire, startPayment } from "../../server/bookings/index.ts";
import { addDays } from "../../server/platform/dates.ts";
import { newId } from "../../server/platform/ids.ts";
import { bookingOf, holdStay, stateOf } from "../helpers/booking.ts";
import { anonymous } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { payByStripe, startGateway, type Gateway } from "../helpers/gateway.ts";
import { createProperty } from "../helpers/world.ts";

const PATIENT = { timeout: 15_000, interval: 50 };
const QUARTER_MS = 16 * 60_000;

let database: TestDatabase;
let gateway: Gateway;
let client: postgres.Sql;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startGateway(database, { cloud: { qstash: 0, resend: 0, stripe: 0, twilio: 0 } });
  client = postgres(database.url, { max: 1, onnotice: () => {} });
  await live();
});
afterAll(async () => {
  await client.end();
  await gateway.close();
  await database.drop();
});

/** A hold, and bookings expired, paid at the property, paid online, and cancelled with their money given back. */
async function live(): Promise<void> {
  const { ctx } = gateway;
  const world = await createProperty(database.db, { rooms: [{ units: 6 }] });
  const book = async (method?: "stripe" | "property"): Promise<string> => {
    const guest = ctx.as(anonymous());
    const { bookingId } = await holdStay(guest, world);
    const started = method && (await startPayment(guest, { bookingId, method, idempotencyKey: newId() }));
    if (started?.status === "redirect") await payByStripe(started.redirectUrl);
    if (method) await vi.waitFor(async () => expect(await stateOf(database.db, bookingId)).toEqual(["confirmed"]), PATIENT);
    return bookingId;
  };
  const overdue = await book();
  await ctx.advance(QUARTER_MS);
  await expire(ctx, overdue);
  await Promise.all([book("property"), book("stripe")]);
  const cancelled = await book("stripe");
  await vi.waitFor(async () => expect(await captured(cancelled)).toEqual({ captured: 22_000 }), PATIENT);
  const { version } = await bookingOf(database.db, cancelled);
  expect(version).toBe(2);
  await cancel(ctx, { bookingId: cancelled, expectedFee: 0, idempotencyKey: newId() });
  await book();
  await vi.waitFor(async () => expect(await wrongOnes(client)).toEqual([]), PATIENT);
}

async function captured(bookingId: string) {
  const [row] = await client`select captured::int from payments where booking_id = ${bookingId}`;
  return row;
}

async function wrongOnes(sql: postgres.ISql, settled = true): Promise<string[]> {
  const findings = await findWrong(sql, settled);
  return findings.filter(({ wrong }) => wrong.length > 0).map(({ invariant }) => invariant.name);
}

/** What the auditor says of the database with this done to it, which is then undone. */
async function afterDoing(corruption: string, settled?: boolean): Promise<string[]> {
  let found: string[] = [];
  const undo = new Error("undo");
  await client
    .begin(async (sql) => {
      await sql.unsafe(corruption);
      found = await wrongOnes(sql, settled);
      throw undo;
    })
    .catch((error: unknown) => expect(error).toBe(undo));
  return found;
}

const ONE_FREE_NIGHT = "(room_type_id, stay_date) = (select room_type_id, stay_date from inventory_nights where sold + held = 0 limit 1)";
const PAID = "id = (select id from payments where state = 'captured' and booking_id in (select booking_id from room_stays where state = 'confirmed'))";
const HELD = "(select booking_id from room_stays where state = 'pending')";

/** Moves a free night, consistently, as a verb of ours would that had no booking behind it. */
function moved(count: string, moves: { reason: string; by: number }[]): string {
  const sum = moves.reduce((all, { by }) => all + by, 0);
  return `
    with n as (update inventory_nights set ${count} = ${count} + ${sum}, version = version + ${moves.length} where ${ONE_FREE_NIGHT} returning *)
    insert into inventory_events (room_type_id, stay_date, reason, actor, ${count}, version)
    select room_type_id, stay_date, m.reason, 'test', m.by, version - m.after from n
    cross join (values ${moves.map(({ reason, by }, index) => `('${reason}', ${by}, ${moves.length - 1 - index})`).join(", ")}) m(reason, by, after)`;
}

function deadLetter(state: string, kind: string, deadline: string): string {
  return `insert into dead_letters (id, outbox_id, job, payload, state, kind, status, error, deadline_at)
    select gen_random_uuid(), id, 'balance-money', '{}', '${state}', '${kind}', 500, '', app_now() + interval '${deadline}' from outbox limit 1;`;
}
const TOLD_OF_IT = "insert into incidents (id, cause, severity, title) select gen_random_uuid(), 'dead-letter:' || job || ':', 'warning', 'Test' from dead_letters;";

const CORRUPTIONS: Record<string, string> = {
  "nights-check": "alter table inventory_nights drop constraint inventory_nights_not_oversold; update inventory_nights set physical = 1 where sold + held > 1",
  "nights-moves": `update inventory_nights set blocked = 1 where ${ONE_FREE_NIGHT}`,
  "nights-versions": `update inventory_nights set version = version + 1 where ${ONE_FREE_NIGHT}`,
  "nights-held": moved("held", [{ reason: "hold", by: 1 }]),
  "nights-sold": moved("sold", [{ reason: "sell", by: 1 }]),
  "nights-oversold": moved("oversold", [{ reason: "adjust", by: 1 }]),
  "nights-oversold-by": moved("oversold", [
    { reason: "hold", by: 1 },
    { reason: "cancel", by: -1 },
  ]),
  "holds-end": `update bookings set hold_expires_at = app_now() - interval '8 minutes' where id = ${HELD}`,
  "changes-end": `
    insert into booking_changes (id, property_id, booking_id, base_version, check_in, check_out, stays, held, total, due_online, due, currency, expires_at)
    select gen_random_uuid(), property_id, id, version, check_in, check_out, '[]', '[]', total, due_online, 1, currency, app_now() - interval '8 minutes' from bookings
    where id = (select booking_id from room_stays where state = 'confirmed' limit 1)`,
  "deadlines-within-sale": `update bookings set hold_expires_at = check_in + 2 where id = ${HELD}`,
  "holds-pending": `update bookings set hold_expires_at = null where id = ${HELD}`,
  "bookings-stays": "update booking_nights set stay_date = stay_date + 100 where room_stay_id = (select id from room_stays limit 1)",
  "bookings-total": "update booking_nights set price = price + 1 where room_stay_id = (select id from room_stays limit 1)",
  "cancel-fees": `update room_stays set fee = 1 where state = 'cancelled'; update refunds set amount = amount - 1;
    update bookings set total = 1, due_online = 1 where id in (select booking_id from room_stays where state = 'cancelled')`,
  "bookings-versions": "update bookings set version = version + 1 where id = (select id from bookings limit 1)",
  "answers-kept": "update idempotency_keys set created_at = app_now() - interval '75 hours'",
  "money-due": `update payments set captured = captured - 1 where ${PAID}`,
  "due-online": `update payments set captured = 0 where ${PAID}; update bookings set due_online = 0 where id = (select booking_id from payments where ${PAID})`,
  "money-reserved": `update payments set state = 'authorised' where ${PAID}`,
  "money-unclaimed": `
    insert into payments (id, property_id, booking_id, attempt, provider, state, amount, currency, captured)
    select gen_random_uuid(), property_id, id, 1, 'stripe', 'paid', 1, currency, 1 from bookings where id = ${HELD}`,
  "refunds-within": `
    update refunds set amount = amount + 1;
    insert into payments (id, property_id, booking_id, attempt, provider, state, amount, currency, captured)
    select gen_random_uuid(), p.property_id, p.booking_id, 2, 'stripe', 'captured', 1, p.currency, 1 from payments p join refunds r on r.payment_id = p.id`,
  "refunds-made": "update refunds set state = 'requested'",
  "disputes-told": `
    insert into disputes (id, property_id, payment_id, provider_ref, amount, currency, state, provider_state, refundable, opened_at)
    select gen_random_uuid(), property_id, id, 'dp_test', amount, currency, 'open', 'needs_response', false, app_now() from payments where ${PAID}`,
  "pages-closed": `
    update room_stays set ended_at = app_now() - interval '73 hours' where state = 'expired';
    insert into payments (id, property_id, booking_id, attempt, provider, state, amount, currency, page_ref)
    select gen_random_uuid(), property_id, booking_id, 1, 'stripe', 'created', 1, 'EUR', 'cs_test' from room_stays where state = 'expired'`,
  "sold-in-time": `update booking_events set at = '2035-01-01' where type = 'confirmed' and booking_id = (select booking_id from room_stays where state = 'confirmed' limit 1)`,
  "money-one-currency": `update payments set currency = 'USD' where ${PAID}`,
  "money-asked-for": `update payments set checked_at = app_now() - interval '32 days' where ${PAID}`,
  "units-once": `
    insert into units (property_id, id, room_type_id, name) select property_id, gen_random_uuid(), id, 'Unit' from room_types limit 1;
    update room_stays set unit_id = (select id from units) where state = 'confirmed'`,
  "nights-of-rooms": "set local session_replication_role = replica; insert into inventory_nights (room_type_id, stay_date, physical) values (2000000000, '2027-03-01', 1)",
  "mails-sent": "delete from deliveries where channel = 'email' and kind = 'hold_expired'",
  "deliveries-once": `
    alter table deliveries drop constraint deliveries_once;
    insert into deliveries (id, property_id, booking_id, kind, channel, version, state) select gen_random_uuid(), property_id, booking_id, kind, channel, version, state from deliveries limit 1`,
  "deliveries-end":
    "insert into deliveries (id, property_id, booking_id, kind, channel, version, state, updated_at) select gen_random_uuid(), property_id, id, 'test', 'sms', 1, 'sending', app_now() - interval '1 second' from bookings limit 1",
  "texts-tried": "delete from job_runs where job = 'text-confirmation'",
  "outbox-empty": "update outbox set published_at = null where id = (select id from outbox limit 1)",
  "dead-letters-replayed": deadLetter("waiting", "transient", "1 hour"),
  "dead-letters-of-persons": deadLetter("needs_person", "transient", "1 hour") + TOLD_OF_IT,
  "dead-letters-told": deadLetter("needs_person", "permanent", "1 hour"),
};

describe("a corrupted database", () => {
  test.each(Object.entries(CORRUPTIONS))("%s is broken, and the auditor says so and nothing else", async (name, corruption) => {
    expect(await afterDoing(corruption)).toEqual([name]);
  });

  test("every invariant has its corruption", () => {
    expect(Object.keys(CORRUPTIONS).toSorted()).toEqual(INVARIANTS.map(({ name }) => name).toSorted());
  });
});

test.each(["money-due", "money-reserved", "refunds-made", "deliveries-end", "texts-tried", "outbox-empty", "dead-letters-replayed"])(
  "%s may be under way on a live system",
  async (name) => {
    const young =
      "update booking_events set at = app_now(); update payments set created_at = app_now(); update refunds set created_at = app_now(); update outbox set created_at = app_now();";
    expect(await afterDoing(`${young}${CORRUPTIONS[name]}`, false)).toEqual([]);
  },
);

test.each(["changes-end", "money-due", "money-reserved", "refunds-made"])("%s is excused by an open incident of the booking, and only by that", async (name) => {
  const incident =
    "insert into incidents (id, cause, severity, title, property_id, booking_id) select gen_random_uuid(), 'test:' || id, 'warning', 'Test', property_id, id from bookings;";
  expect(await afterDoing(`${CORRUPTIONS[name]};${incident}`)).toEqual([]);
  expect(await afterDoing(`${CORRUPTIONS[name]};${incident} update incidents set resolved_at = app_now()`)).toEqual([name]);
});

/** The one cancelled stay costs this fee from so long before its end on. */
const costsFrom = (fee: number, before: string) => `
  update room_stays set policy = jsonb_set(policy, '{steps}', jsonb_build_array(jsonb_build_object('from', ended_at - interval '${before}', 'fee', ${fee}))) where state = 'cancelled';`;

test("a cancelled stay's fee is that of the instant of its end: a step's own instant costs what was before it; a hold costs nothing", async () => {
  expect(await afterDoing(costsFrom(5, "0 ms"))).toEqual([]);
  expect(await afterDoing(costsFrom(5, "1 ms"))).toEqual(["cancel-fees"]);
  expect(await afterDoing(`${costsFrom(5, "1 ms")} ${CORRUPTIONS["cancel-fees"]!.replaceAll("1", "5")}`)).toEqual([]);
  expect(await afterDoing(`${costsFrom(5, "1 ms")} update booking_events set type = 'test' where type = 'confirmed'`)).toEqual([]);
});

test("a dispute's incident may be resolved by now", async () => {
  const told = "insert into incidents (id, cause, severity, title, resolved_at) values (gen_random_uuid(), 'dispute:dp_test', 'critical', 'Test', app_now())";
  expect(await afterDoing(`${CORRUPTIONS["disputes-told"]}; ${told}`)).toEqual([]);
});

test("a page of a booking that ended just now may be open, and one of a booking that stands", async () => {
  const pages = CORRUPTIONS["pages-closed"]!;
  expect(await afterDoing(pages.replace("73 hours", "71 hours"))).toEqual([]);
  expect(await afterDoing(pages.replace("from room_stays where state = 'expired'", "from room_stays where state = 'pending'"))).toEqual([]);
});

test("a booking may have two messages of a kind and version that are about different things", async () => {
  const twin = (about: string) => `insert into deliveries (id, property_id, booking_id, kind, channel, version, state, about)
    select gen_random_uuid(), property_id, booking_id, kind, channel, version, state, ${about} from deliveries where booking_id is not null limit 1`;
  expect(await afterDoing(twin("gen_random_uuid()"))).toEqual([]);
});

test("a text whose job has a dead letter was tried", async () => {
  const letters = `insert into dead_letters (id, outbox_id, job, payload, state, kind, status, error, deadline_at)
    select gen_random_uuid(), id, 'text-confirmation', '{}', 'discarded', 'permanent', 500, '', app_now() from outbox where type = 'booking.confirmed'`;
  expect(await afterDoing(`${CORRUPTIONS["texts-tried"]}; ${letters}`)).toEqual([]);
});

test("the mails and texts that the auditor waits for are those that jobs send", () => {
  for (const { type, job } of [...TOLD, ...TEXTED]) expect(followers(type).map(({ name }) => name)).toContain(job);
});

test("a change whose payment is being examined may outlive its end, another may not", async () => {
  const examined = (change: string) => `
    insert into payments (id, property_id, booking_id, change_id, attempt, provider, state, amount, currency, captured)
    select gen_random_uuid(), property_id, booking_id, ${change}, 9, 'midtrans', 'challenged', 1, currency, 0 from booking_changes`;
  expect(await afterDoing(`${CORRUPTIONS["changes-end"]};${examined("id")}`)).toEqual([]);
  expect(await afterDoing(`${CORRUPTIONS["changes-end"]};${examined("null")}`)).toEqual(["changes-end"]);
});

test("the demo is in order", async () => {
  const demo = await createDatabase();
  try {
    await seedDemo(demo.url);
    const findings = await audit(demo.url, { settled: true });
    expect(findings.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  } finally {
    await demo.drop();
  }
});

/** As `npm run audit` is called. */
function auditCommand(args: string[], env: Record<string, string> = {}): Promise<{ code: number; said: string }> {
  const program = fileURLToPath(new URL("../../local/audit.ts", import.meta.url));
  const { PATH = "", HOME = "" } = process.env;
  return promisify(execFile)(process.execPath, [program, ...args], { env: { PATH, HOME, ...env }, cwd: tmpdir() }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: Error & { code: number; stdout: string; stderr: string }) => ({ code: error.code, said: error.stdout + error.stderr }),
  );
}

test("npm run audit ends with 0 on a good database, and with 1 and the rows on a bad one", async () => {
  const run = () => auditCommand(["--database", database.url]);
  expect(await run()).toMatchObject({ code: 0 });
  await client`update bookings set version = version + 1`;
  const [bad] = await client<{ id: string }[]>`select id from bookings limit 1`;
  const { code, said } = await run();
  await client`update bookings set version = version - 1`;
  expect(code).toBe(1);
  expect(said).toMatch(/FAIL {2}bookings-versions/);
  expect(said).toContain(bad!.id);
  expect(said).toMatch(/ok {4}nights-check/);
});

test("npm run audit looks at the database beside the npm start of DATA_DIR, and says where it looked when there is none", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "nightledger-audit-"));
  try {
    const nowhere = await auditCommand([], { DATA_DIR: dataDir });
    expect(nowhere).toMatchObject({ code: 2 });
    expect(nowhere.said).toContain(dataDir);
    loadSecrets(dataDir);
    const away = await auditCommand([], { DATA_DIR: dataDir, PORT: "65000" });
    expect(away.code).toBe(1);
    expect(away.said).toBe("The database can't be reached: is npm start running, with the PORT, LOCAL_PORT and DATA_DIR of this command, or DATABASE_URL right?\n");
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test("npm run audit tells how it is called, where it is asked or called otherwise", async () => {
  const help = await auditCommand(["--help"]);
  expect(help).toMatchObject({ code: 0, said: expect.stringContaining("npm run audit [--") });
  for (const args of [["--bogus"], ["word"], ["--since", "yesterday"]]) expect(await auditCommand(args)).toEqual({ code: 2, said: help.said });
});

test("with --since what is older is not looked at, and what is younger is as before", async () => {
  const [{ last }] = (await client`select max(check_out)::text as last from bookings`) as unknown as [{ last: string }];
  const wrongSince = async (since: string) => (await audit(database.url, { settled: true, since })).filter(({ wrong }) => wrong.length > 0).map(({ invariant }) => invariant.name);
  const later = addDays(last, 1);
  expect(await wrongSince(last)).toEqual([]);
  expect(await wrongSince(later)).toEqual([]);
  await client`update bookings set version = version + 1 where hold_expires_at is null`;
  await client`update inventory_nights set version = version + 1 where stay_date < ${last}`;
  try {
    expect(await wrongSince("2000-01-01")).toEqual(["nights-versions", "bookings-versions"]);
    expect(await wrongSince(last)).toEqual(["bookings-versions"]);
    expect(await wrongSince(later)).toEqual([]);
  } finally {
    await client`update inventory_nights set version = version - 1 where stay_date < ${last}`;
    await client`update bookings set version = version - 1 where hold_expires_at is null`;
  }
});

test("of many wrong rows no more are read than a person looks at", async () => {
  await client.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into inventory_nights (room_type_id, stay_date, physical) select 2000000000 + n, '2027-03-01', 1 from generate_series(1, 1500) n`;
    const found = await findWrong(sql, true);
    expect(found.find(({ invariant }) => invariant.name === "nights-of-rooms")?.wrong).toHaveLength(1000);
    await sql`delete from inventory_nights where room_type_id > 2000000000`;
  });
});
