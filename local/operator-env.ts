import { existsSync } from "node:fs";
import { join } from "node:path";
import { appEnv, chooseKeys } from "./env.ts";
import { postgresUrl } from "./postgres.ts";
import { Refusal } from "./refusal.ts";
import { loadSecrets } from "./secrets.ts";
import { readSettings } from "./settings.ts";

/**
 * What an operator's command must know: the environment as it is where it names a database, else the same
 * database and queue as the `npm start` of this data folder.
 * @throws Refusal when there is neither
 */
export function operatorEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env.DATABASE_URL) return env;
  const settings = readSettings(env);
  const { dataDir, ports, choices, publicUrl } = settings;
  if (!existsSync(join(dataDir, "secrets.json"))) {
    throw new Refusal(`DATABASE_URL is not set, and no Nightledger lives in ${dataDir}: run npm start first, or set DATA_DIR to its folder.`);
  }
  const secrets = loadSecrets(dataDir);
  const keys = chooseKeys(settings, secrets);
  return appEnv(env, settings, keys, {
    DATABASE_URL: postgresUrl(ports.postgres, secrets.postgresPassword),
    PUBLIC_URL: publicUrl,
    ...(choices.queue === "local" && { QSTASH_URL: `http://127.0.0.1:${ports.qstash}`, QSTASH_TOKEN: keys.QSTASH_TOKEN }),
  });
}
