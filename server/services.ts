import type { Database } from "../db/client.ts";
import type { AccountMails } from "./accounts/index.ts";
import type { Services } from "./context.ts";
import { composeAccountMail, sendEmail } from "./notifications/index.ts";
import { createCache } from "./platform/cache.ts";
import { databaseClock, systemClock } from "./platform/clock.ts";
import type { Config } from "./platform/config.ts";
import { newId } from "./platform/ids.ts";
import type { Logger } from "./platform/log.ts";
import type { Metrics } from "./platform/metrics.ts";
import { openRedis } from "./platform/redis.ts";
import type { Together } from "./platform/together.ts";

/** Puts the real clients together; both entries do it this way. */
export function createServices(config: Config, db: Database, log: Logger, metrics: Metrics, together: Together): Services {
  const redis = openRedis(config, metrics);
  const clock = config.NODE_ENV === "production" ? systemClock : databaseClock(db);
  return { config, db, redis, clock, log, metrics, cache: createCache(redis, clock, metrics), together };
}

/** The account mails, sent at once: the person is waiting for them and can ask again. */
export function accountMails({ config, log }: Services): AccountMails {
  const send = async (kind: "verify_email" | "reset_password", to: string, name: string, url: string): Promise<void> => {
    const mail = await composeAccountMail(kind, { name, url, locale: "en" });
    await sendEmail(config, { deliveryId: newId(), to, ...mail }).catch((error: unknown) => log.error("account mail failed", { kind }, error));
  };
  return {
    verifyEmail: (to, name, url) => send("verify_email", to, name, url),
    resetPassword: (to, name, url) => send("reset_password", to, name, url),
  };
}
