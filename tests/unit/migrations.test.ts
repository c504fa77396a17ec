import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../db/migrations/", import.meta.url));
const journal = JSON.parse(readFileSync(`${folder}meta/_journal.json`, "utf8")) as { entries: { idx: number; when: number; tag: string }[] };

test("a migration is never older than the one before it: what is older than the last one applied is passed over in silence", () => {
  const times = journal.entries.map(({ when }) => when);
  expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
  expect(journal.entries.map(({ idx }) => idx)).toEqual(journal.entries.map((_, index) => index));
});

test("the journal has every migration's SQL, in the order of their names, and no other", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(files.toSorted());
});
