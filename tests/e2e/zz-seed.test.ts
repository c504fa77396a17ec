import { test } from "vitest";
import { seedDemo } from "../../db/seed/demo.ts";
import { createDatabase } from "../helpers/database.ts";
test("seed time", async () => {
  const a = performance.now();
  const d = await createDatabase();
  const b = performance.now();
  await seedDemo(d.url);
  process.stdout.write(`create ${b - a} seed ${performance.now() - b}\n`);
  await d.drop();
});
