import type { Config } from "../server/platform/config.ts";
import { queueOf } from "./qstash.ts";

/** Tells the queue to call the tick each minute. The id makes it an upsert, so that any number of starts may say it. */
export async function ensureTick(config: Config): Promise<void> {
  await queueOf(config)?.schedules.create({
    scheduleId: "nightledger-tick",
    destination: `${config.PUBLIC_URL}/jobs/tick`,
    cron: "* * * * *",
    retries: 0,
  });
}
