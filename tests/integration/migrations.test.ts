import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { applyMigrations } from "../../db/apply-migrations.ts";
import { migrate } from "../../db/migrate.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";

const PATIENT = { lockMs: 100, tries: 50, pauseMs: 10 };

let database: TestDatabase;
let client: postgres.Sql;
let other: postgres.Sql;
let folder: string;
beforeAll(async () => {
  database = await createDatabase();
  client = postgres(database.url, { max: 1, fetch_types: false, onnotice: () => {} });
  other = postgres(database.url, { max: 1, fetch_types: false, onnotice: () => {} });
});
afterAll(async () => {
  await Promise.all([client.end(), other.end()]);
  await database.drop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "nightledger-migrations-"));
  await client`drop table if exists grown`;
  await client`create table grown (id int, word text)`;
  await client`insert into grown select n, 'same' from generate_series(1, 10) n`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The files of a release, by name in their order. */
function release(files: Record<string, string>): void {
  mkdirSync(join(folder, "meta"), { recursive: true });
  const entries = Object.keys(files).map((tag, idx) => ({ idx, version: "7", when: 1000 + idx, tag, breakpoints: true }));
  writeFileSync(join(folder, "meta", "_journal.json"), JSON.stringify({ version: "7", dialect: "postgresql", entries }));
  for (const [tag, text] of Object.entries(files)) writeFileSync(join(folder, `${tag}.sql`), `${text}\n-- ${folder}`);
}

const columns = async () =>
  (await client<{ name: string }[]>`select column_name as name from information_schema.columns where table_name = 'grown' order by 1`).map(({ name }) => name);
const isValid = async (index: string) => (await client<{ valid: boolean }[]>`select indisvalid as valid from pg_index where indexrelid = to_regclass(${index})`)[0]?.valid;

test("a file is applied whole or not at all, those before it stay, and the next deployment goes on behind them", async () => {
  release({ "0000_a": "alter table grown add a int", "0001_b": "alter table grown add b int;\n--> statement-breakpoint\nselect 1 / 0" });
  await expect(applyMigrations(client, folder, PATIENT)).rejects.toMatchObject({ code: "22012" });
  expect(await columns()).toEqual(["a", "id", "word"]);
  release({ "0000_a": "alter table grown add a int", "0001_b": "alter table grown add b int" });
  await applyMigrations(client, folder, PATIENT);
  await applyMigrations(client, folder, PATIENT);
  expect(await columns()).toEqual(["a", "b", "id", "word"]);
});

test("an index that was left unfinished is made anew, and what is whole is left alone", async () => {
  const files = {
    "0000_index": '-- no transaction\ncreate index concurrently grown_id on grown (id);\n--> statement-breakpoint\ncreate unique index concurrently "grown_word" on grown (word)',
  };
  release(files);
  await expect(applyMigrations(client, folder, PATIENT)).rejects.toMatchObject({ code: "23505" });
  expect([await isValid("grown_id"), await isValid("grown_word")]).toEqual([true, false]);
  const [first] = await client`select 'grown_id'::regclass::oid as oid`;
  await client`update grown set word = id::text`;
  await applyMigrations(client, folder, PATIENT);
  expect([await isValid("grown_id"), await isValid("grown_word")]).toEqual([true, true]);
  expect(await client`select 'grown_id'::regclass::oid as oid`).toEqual([first]);
});

test("a lock that somebody has is given up so that others go on, and asked for again", async () => {
  release({ "0000_a": "alter table grown add a int" });
  const freed = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const holder = other.begin(async (sql) => {
    await sql`select from grown`;
    taken.resolve();
    await freed.promise;
  });
  await taken.promise;
  await expect(applyMigrations(client, folder, { ...PATIENT, tries: 2 })).rejects.toMatchObject({ code: "55P03" });
  const applied = applyMigrations(client, folder, PATIENT);
  freed.resolve();
  await Promise.all([applied, holder]);
  expect(await columns()).toEqual(["a", "id", "word"]);
});

test("a deployment that waits for another keeps no concurrent index of that one waiting", async () => {
  release({ "0000_index": "-- no transaction\ncreate index concurrently grown_id on grown (id)" });
  await client`select pg_advisory_lock(5217001)`;
  const waiting = migrate(database.url, "test");
  await applyMigrations(client, folder, PATIENT);
  expect(await isValid("grown_id")).toBe(true);
  // The other's history isn't this version's: the waiting one has its turn, and says so.
  await client`select pg_advisory_unlock(5217001)`;
  await expect(waiting).rejects.toThrow("built by migrations that this version does not have");
});
