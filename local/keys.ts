import { DEMO_KEYS } from "../server/platform/well-known.ts";
import type { Secrets } from "./secrets.ts";

export { DEMO_KEYS };

/** What the stand-ins and the app agree on. */
export type Keys = typeof DEMO_KEYS;

/** Production's keys: those of the parts that it may serve by itself are the data folder's own. */
export function productionKeys(secrets: Secrets): Keys {
  return {
    ...DEMO_KEYS,
    UPSTASH_REDIS_REST_TOKEN: secrets.upstashToken,
    QSTASH_TOKEN: secrets.qstashToken,
    QSTASH_CURRENT_SIGNING_KEY: secrets.qstashCurrentSigningKey,
    QSTASH_NEXT_SIGNING_KEY: secrets.qstashNextSigningKey,
    AUTH_SECRET: secrets.authSecret,
  };
}
