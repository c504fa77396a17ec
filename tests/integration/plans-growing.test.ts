import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { list } from "../../jobs/dead-letters/list.ts";
import { followers } from "../../jobs/registry.ts";
import { TASKS } from "../../jobs/tick.ts";
import { appRouter } from "../../server/router.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway } from "../helpers/gateway.ts";
import { addHistory, addWeek } from "../helpers/history.ts";
import { ASKS } from "../helpers/ownership/asks.ts";
import { makeOwners } from "../helpers/ownership/world.ts";
import { planOf, type Scan } from "../helpers/plans.ts";
import { recorded } from "../helpers/recorder.ts";
import { tellStory } from "../helpers/story.ts";
import { callWire } from "../helpers/trpc.ts";

const HOW_MUCH = { bookings: 20_000, payments: 10_000 };
/** What a history of that size leaves in every table that grows, at least. */
const GROWN = 1000;

/** What the installation consists of, and doesn't grow by being used. */
const SMALL = new Set(
  `app_clock tick_runs provider_lists organizations members invitations destinations properties property_contents taxes policies
  room_types room_type_contents rate_plans products units blocks channel_connections`.split(/\s+/),
);

/** Indexes that none of these statements needs, and who does. */
const UNUSED: Readonly<Record<string, string>> = {
  accounts_user: "better-auth, where somebody signs in",
  sessions_user: "better-auth, where a password is reset",
  verifications_identifier: "better-auth, where a mailed link is followed",
  contact_proofs_network: "who asks for a code by mail, by their network",
  deliveries_provider: "a mail vendor's notices",
  payments_payment_ref: "a payment vendor's notices",
  inventory_events_night: "the auditor's sums",
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

test("whatever the product asks the database for is found by an index, whatever its parameters, once there is a history", { timeout: 600_000 }, async () => {
  const product = recorded(database);
  const gateway = await startGateway(product.database, { cloud: { qstash: 0, resend: 0, stripe: 0, twilio: 0 }, publishing: false });
  const system = gateway.ctx;
  try {
    const owners = await makeOwners(gateway);
    // Whom to ask for what was found by statements of the test's own.
    product.statements.clear();
    const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: "query" | "mutation" } }>;
    for (const [path, asksOf] of Object.entries(ASKS)) {
      const asks = Map.groupBy(asksOf(owners), ({ as, expected }) => `${as} ${String(expected)}`);
      for (const { as, input } of [...asks.values()].map((alike) => alike[0]!))
        await callWire(gateway, path, input, { type: procedures[path]!._def.type, cookie: owners.askers[as].cookie });
    }
    await tellStory({ database, gateway, ctx: system, close: gateway.close });
    for (const row of await database.db.query.outbox.findMany()) {
      for (const job of followers(row.type, row.payload)) await job.handler({ ...system, actor: { kind: "job", name: job.name } }, job.input.parse(row.payload)).catch(() => {});
    }
    for (const task of TASKS) await task.run({ ...system, actor: { kind: "job", name: "tick" } });
    await list(system, { all: false });
    await system.settled();
  } finally {
    await gateway.close();
    await product.close();
  }
  await addHistory(database.url, HOW_MUCH);
  await addWeek(database.url, 4000);
  const rows = new Map((await database.db.execute<{ name: string; rows: number }>(SIZES)).map(({ name, rows: count }) => [name, count]));
  const growing = [...rows.keys()].filter((name) => !SMALL.has(name) && !/_\d{4}$/.test(name));
  expect(growing.filter((name) => rows.get(name)! < GROWN)).toEqual([]);
  const partial = new Set((await database.db.execute<{ name: string }>(PARTIAL)).map(({ name }) => name));
  const readsWhole = ({ table, node, index, bounded }: Scan) =>
    !SMALL.has(table) && (rows.get(table) ?? 0) >= GROWN && (node === "Seq Scan" || (/^Index (Only )?Scan$/.test(node) && !bounded && !partial.has(index ?? "")));
  const used = new Set<string>();
  const whole: { statement: string; tables: string[] }[] = [];
  const queries = [...product.statements.values()].filter(({ statement }) => /^\s*\(*\s*(select|with|insert|update|delete)\b/i.test(statement));
  for (const { statement, types } of queries) {
    const scans = await planOf(database.db, statement, types.length, types);
    for (const { index } of scans) if (index !== undefined) used.add(index);
    const tables = scans.filter(readsWhole).map(({ table, node }) => `${table}: ${node}`);
    if (tables.length > 0) whole.push({ statement, tables });
  }
  expect(queries.length).toBeGreaterThan(100);
  expect(whole).toEqual([]);
  const made = [...(await database.db.execute<{ name: string; table: string }>(MADE))].filter(({ table }) => !SMALL.has(table)).map(({ name }) => name);
  expect(made.filter((name) => !used.has(name) && !(name in UNUSED))).toEqual([]);
  expect(Object.keys(UNUSED).filter((name) => !made.includes(name))).toEqual([]);
});

/** Rows by the statistics, of partitioned tables all partitions' together. */
const SIZES = sql`
  select c.relname as name, greatest(c.reltuples, 0) + coalesce((select sum(greatest(p.reltuples, 0)) from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = c.oid), 0) as rows
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`;
/** Indexes that stand for a statement, and for no constraint. */
const MADE = sql`
  select i.relname as name, t.relname as table from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
  where t.relnamespace = 'public'::regnamespace and not x.indisunique and not t.relispartition`;
const PARTIAL = sql`select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indpred is not null`;
