import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lintMigrations } from "../../local/lint/migrations.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightledger-lint-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function said(text: string, name = "0003_next.sql"): string {
  writeFileSync(join(folder, name), text);
  return lintMigrations(folder);
}

test.each([
  ["an index built under a lock", "create index notes on bookings (notes);", "require-concurrent-index-creation"],
  ["a concurrent index in a transaction", "create index concurrently if not exists notes on bookings (notes);", "no transaction"],
  ["a key that is checked at once", "alter table bookings add constraint k foreign key (guest_id) references guests (id);", "adding-foreign-key-constraint"],
  ["a check that is checked at once", "alter table bookings add constraint c check (total >= 0);", "constraint-missing-not-valid"],
  ["a column that old rows lack", "alter table bookings add column mood text not null;", "adding-required-field"],
  ["a column that changes its type", "alter table bookings alter column notes type varchar;", "changing-column-type"],
  ["a column that goes", "alter table bookings drop column notes;", "ban-drop-column"],
])("%s is refused", (_, text, rule) => {
  expect(said(text)).toContain(rule);
});

test.each([
  ["a concurrent index outside of a transaction", "-- no transaction\ncreate index concurrently if not exists notes on bookings (notes);"],
  ["a check of rows to come", "alter table bookings add constraint c check (total >= 0) not valid;"],
  ["a column that may be absent", "alter table bookings add column mood text;"],
])("%s is let pass", (_, text) => {
  expect(said(text)).toBe("");
});

test("the first migrations, which an empty database alone has seen, are let pass by name", () => {
  expect(said("create index notes on bookings (notes);", "0001_tables.sql")).toBe("");
});
