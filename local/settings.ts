import { resolve } from "node:path";
import { productionFaults } from "../server/platform/config.ts";
import { type Ports, readPorts } from "./port-plan.ts";
import { Refusal } from "./refusal.ts";
import { VENDORS, type Vendor, type VendorName } from "./vendors.ts";

/** `local` is served here, `real` is the vendor's own service, `off` is not there at all. */
type Choice = "local" | "real" | "off";

export interface Settings {
  production: boolean;
  /** Vite's dev server in front of the app. */
  dev: boolean;
  /** Absolute. */
  dataDir: string;
  publicUrl: string;
  ports: Ports;
  choices: Record<VendorName, Choice>;
  /** Mails per second that the stand-in takes; undefined: as many as the vendor. */
  mailRate: number | undefined;
  /** What a person should know, a line each. */
  notes: string[];
}

/** In the place of the secret that the data folder gets on its first start. */
const GENERATED = "made here, on the first start of this folder";

/**
 * Decides from the environment what runs here and where.
 * @throws Refusal with what to set, when it can't be run so.
 */
export function readSettings(env: NodeJS.ProcessEnv, { dev = false } = {}): Settings {
  const production = env.NODE_ENV === "production";
  const ports = readPorts(env, dev);
  const choices = readChoices(env, production);
  const publicUrl = (env.PUBLIC_URL || `http://localhost:${ports.front}`).replace(/\/+$/, "");
  const notes: string[] = [];
  if (production) {
    if (dev) throw new Refusal("NODE_ENV is production, and the development server is not for it: use npm start.");
    const [fault] = productionFaults({ ...env, PUBLIC_URL: publicUrl, AUTH_SECRET: env.AUTH_SECRET || GENERATED });
    if (fault !== undefined) throw new Refusal(fault);
    if (!env.PUBLIC_URL) notes.push(`PUBLIC_URL is not set: links and redirects lead to http://localhost:${ports.front}.`);
    if (choices.stripe === "off" && choices.midtrans === "off") {
      notes.push("No STRIPE_SECRET_KEY and no MIDTRANS_SERVER_KEY: guests can only pay at the property.");
    }
    if (choices.sms === "off") notes.push("No TWILIO_ACCOUNT_SID: no text messages are sent.");
  }
  return {
    production,
    dev,
    dataDir: readDataDir(env),
    publicUrl,
    ports,
    choices,
    mailRate: readMailRate(env),
    notes,
  };
}

/** The data folder, absolute: `DATA_DIR`, or `.data` of the working directory. */
export function readDataDir(env: NodeJS.ProcessEnv): string {
  return resolve(env.DATA_DIR || ".data");
}

function readMailRate(env: NodeJS.ProcessEnv): number | undefined {
  const written = env.LOCAL_MAIL_RATE;
  if (!written) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(written)) throw new Refusal(`LOCAL_MAIL_RATE must be a number of mails per second, not ${written}.`);
  return Number(written);
}

function readChoices(env: NodeJS.ProcessEnv, production: boolean): Record<VendorName, Choice> {
  const names = Object.keys(VENDORS) as VendorName[];
  return Object.fromEntries(names.map((name) => [name, choose(VENDORS[name], env, production)])) as Record<VendorName, Choice>;
}

function choose(vendor: Vendor, env: NodeJS.ProcessEnv, production: boolean): Choice {
  const sign = vendor.signs.find((name) => env[name]);
  if (sign !== undefined) {
    const missing = vendor.needs.filter((name) => !env[name]);
    if (missing.length === 0) return "real";
    throw new Refusal(`${sign} is set, so ${missing.join(" and ")} must be set too.`);
  }
  if (!production || vendor.production === "local") return "local";
  if (vendor.production === "off") return "off";
  throw new Refusal(`NODE_ENV is production, where nothing stands in for the vendor: set ${vendor.needs.join(" and ")}.`);
}
