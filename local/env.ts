import type { CloudOptions } from "./cloud.ts";
import { DEMO_KEYS, type Keys, productionKeys } from "./keys.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { VENDORS, type Vendor, type VendorName } from "./vendors.ts";

/** The keys of this installation: well-known ones in development, the data folder's own in production. */
export function chooseKeys(settings: Settings, secrets: Secrets): Keys {
  return settings.production ? productionKeys(secrets) : DEMO_KEYS;
}

/** What stands in for the vendors that are `local`; none of Redis' gateway where no Redis runs. */
export function cloudOptions(settings: Settings, keys: Keys, urls: { database: string; redis: string | undefined }): CloudOptions {
  const { ports, choices } = settings;
  const local = (name: VendorName, port: number): number | undefined => (choices[name] === "local" ? port : undefined);
  return {
    keys,
    publicUrl: settings.publicUrl,
    dataDir: settings.dataDir,
    databaseUrl: urls.database,
    redisUrl: urls.redis,
    switches: !settings.production,
    mailRate: settings.mailRate,
    ports: {
      upstash: urls.redis === undefined ? undefined : ports.upstash,
      qstash: local("queue", ports.qstash),
      resend: local("mail", ports.resend),
      stripe: local("stripe", ports.stripe),
      midtrans: local("midtrans", ports.midtrans),
      twilio: local("sms", ports.twilio),
    },
  };
}

/** The app's whole environment: the user's own, the real vendors' addresses, and over them what runs here. */
export function appEnv(env: NodeJS.ProcessEnv, settings: Settings, keys: Keys, local: Record<string, string>): NodeJS.ProcessEnv {
  const addresses = (Object.keys(VENDORS) as VendorName[]).filter((name) => settings.choices[name] === "real").map((name) => (VENDORS[name] as Vendor).defaults ?? {});
  return {
    ...Object.assign({}, ...addresses),
    AUTH_SECRET: keys.AUTH_SECRET,
    ...present(env),
    NODE_ENV: settings.production ? "production" : (env.NODE_ENV ?? "development"),
    PORT: String(settings.ports.app),
    PUBLIC_URL: settings.publicUrl,
    ...local,
  };
}

/** An empty variable, as a copied `.env.example` has them, counts as none. */
function present(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
}
