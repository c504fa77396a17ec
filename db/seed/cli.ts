import { parseArgs } from "node:util";
import { seedMass } from "./mass.ts";

const MOST = 100_000;

const { values } = parseArgs({ options: { properties: { type: "string" } } });
const count = Number(values.properties);
const url = process.env["DATABASE_DIRECT_URL"] ?? process.env["DATABASE_URL"];
if (!Number.isInteger(count) || count < 1 || count > MOST || !url) {
  process.stderr.write(`Set DATABASE_URL and say how many: npm run seed -- --properties 10000 (1 to ${MOST}).\n`);
  process.exit(2);
}
await seedMass(url, count, (line) => process.stdout.write(`${line}\n`));
