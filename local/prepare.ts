import { seedDemo } from "../db/seed/demo.ts";
import { migrate } from "../db/migrate.ts";

// One short process: brings the database up to date, and fills it for a first look when it is empty.
// Apart from the supervisor, so that the memory this takes is given back.
const { DATABASE_URL, DATABASE_DIRECT_URL, SEED_DEMO } = process.env;
const url = DATABASE_DIRECT_URL || DATABASE_URL || "";
await migrate(url);
if (SEED_DEMO === "yes") await seedDemo(url);
process.exit(0);
