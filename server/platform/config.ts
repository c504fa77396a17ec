import { z } from "zod";
import { DEMO_KEYS, findWellKnownKey } from "./well-known.ts";

const number = (fallback: number, min = 0, max = 1_000_000) => z.coerce.number().int().min(min).max(max).default(fallback);
const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/$/, ""));

/** Every variable the server reads, with its default. `.env.example` tells what each is for. */
const schema = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  PORT: number(3000, 0, 65_535),
  /** Without it this machine's own address at `PORT`. */
  PUBLIC_URL: url.optional(),
  HOME_REGION: z.string().default("local"),
  DATABASE_URL: z.string().min(1),
  DATABASE_POOL: number(10, 1, 200),
  UPSTASH_REDIS_REST_URL: url.optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  REDIS_DOWN: z.enum(["fallback", "reject"]).default("fallback"),
  LOCK_WAIT_MS: number(2500, 0, 30_000),
  QSTASH_URL: url.optional(),
  QSTASH_TOKEN: z.string().optional(),
  QSTASH_CURRENT_SIGNING_KEY: z.string().optional(),
  QSTASH_NEXT_SIGNING_KEY: z.string().optional(),
  RESEND_API_KEY: z.string().optional(),
  RESEND_BASE_URL: url.default("https://api.resend.com"),
  RESEND_WEBHOOK_SECRET: z.string().optional(),
  MAIL_FROM: z.string().default(DEMO_KEYS.MAIL_FROM),
  STRIPE_SECRET_KEY: z.string().optional(),
  STRIPE_API_BASE: url.default("https://api.stripe.com"),
  STRIPE_WEBHOOK_SECRET: z.string().optional(),
  MIDTRANS_SERVER_KEY: z.string().optional(),
  /** Without them those of the key's own world. */
  MIDTRANS_API_BASE: url.optional(),
  MIDTRANS_SNAP_BASE: url.optional(),
  TWILIO_ACCOUNT_SID: z.string().optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_FROM: z.string().optional(),
  TWILIO_BASE_URL: url.default("https://api.twilio.com"),
  /** The root secret: sessions, cookies and links are signed by keys derived from it. */
  AUTH_SECRET: z.string().min(16),
  /** The root secret before this one: what it signed is still good. */
  AUTH_SECRET_PREVIOUS: z.string().min(16).optional(),
  /** The header that carries the client's address, set by the proxy in front; none: the socket's. */
  CLIENT_IP_HEADER: z.string().optional(),
  METRICS_TOKEN: z.string().optional(),
  RATE_LIMIT_PER_MINUTE: number(600),
  RATE_LIMIT_BOOKINGS_PER_MINUTE: number(30),
  RATE_LIMIT_LOOKUPS_PER_MINUTE: number(10),
  /** Each costs a tenth of a second of hashing, and a million of them take a week; lower, and a few networks keep the owner out. */
  RATE_LIMIT_GUESSES_PER_MINUTE: number(100),
  UNPROVEN_SHARE_PERCENT: number(50, 0, 100),
  UNPROVEN_ROOMS_PER_NETWORK: number(20),
  UNPROVEN_ROOMS_PER_CONTACT: number(8),
  UNPROVEN_NIGHTS_AT_PROPERTY_PER_NETWORK: number(30),
  UNPROVEN_AT_PROPERTY_PER_CONTACT: number(4),
  UNPAID_ROOMS_PER_NETWORK: number(200),
  HOLDS_PER_ACTOR: number(5, 1, 1000),
  HOLDS_PER_PROVEN_ACTOR: number(20, 1, 1000),
  CODES_PER_CONTACT_PER_HOUR: number(10, 1),
  CODES_PER_CONTACT_AND_NETWORK_PER_HOUR: number(3, 1),
  CODES_PER_NETWORK_PER_HOUR: number(20, 1),
  ACCOUNT_MAILS_PER_NETWORK_PER_HOUR: number(20, 1),
  MAILS_PER_BOOKING_PER_HOUR: number(4, 1),
  MAILS_PER_RECIPIENT_PER_HOUR: number(10, 1),
  TEXTS_PER_RECIPIENT_PER_HOUR: number(3, 1),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads and checks the environment; an empty variable is an unset one.
 * @throws Error that lists each variable that is missing or wrong, for a person to mend.
 */
export function readConfig(env: Record<string, unknown>) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== "" && value !== undefined));
  const { success, data, error } = schema.safeParse(given);
  const faults = error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ?? [];
  if (given["NODE_ENV"] === "production") faults.push(...productionFaults(given));
  if (!success || faults.length > 0) throw new Error(`The configuration can't be used:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
  const midtrans = data.MIDTRANS_SERVER_KEY?.startsWith("SB-") ? "sandbox.midtrans.com" : "midtrans.com";
  return { PUBLIC_URL: `http://127.0.0.1:${data.PORT}`, MIDTRANS_API_BASE: `https://api.${midtrans}`, MIDTRANS_SNAP_BASE: `https://app.${midtrans}`, ...data };
}

/** What production can't do with, a sentence each; never a secret's value. Development takes anything, so that it starts with nothing set. */
export function productionFaults(env: Record<string, unknown>): string[] {
  const { PUBLIC_URL, AUTH_SECRET, AUTH_SECRET_PREVIOUS, RESEND_API_KEY, MAIL_FROM } = env;
  const known = findWellKnownKey(env);
  const rules: [broken: boolean, sentence: string][] = [
    [typeof PUBLIC_URL !== "string", "PUBLIC_URL must be set in production: mails, payment pages and webhooks lead there."],
    [typeof PUBLIC_URL === "string" && !isSafeAddress(PUBLIC_URL), "PUBLIC_URL must be https:// in production; http:// is only for this machine itself."],
    [typeof AUTH_SECRET !== "string" || AUTH_SECRET.length < 32, "AUTH_SECRET must have 32 characters or more in production: it signs sessions and the links in mails."],
    [
      typeof AUTH_SECRET_PREVIOUS === "string" && AUTH_SECRET_PREVIOUS !== "" && AUTH_SECRET_PREVIOUS.length < 32,
      "AUTH_SECRET_PREVIOUS must have 32 characters or more in production: what it signs is still good.",
    ],
    [Boolean(RESEND_API_KEY) && !MAIL_FROM, "MAIL_FROM must be set beside RESEND_API_KEY: an address of a domain that Resend has verified."],
    [known !== undefined, `${known} has a value that everybody knows: production needs one of your own.`],
  ];
  return rules.filter(([broken]) => broken).map(([, sentence]) => sentence);
}

function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}

/**
 * The origins that may change anything here: our own. Outside production `localhost` and `127.0.0.1` are one,
 * since a person may type either.
 */
export function ownOrigins(config: Pick<Config, "PUBLIC_URL" | "NODE_ENV">): string[] {
  const { origin } = new URL(config.PUBLIC_URL);
  if (config.NODE_ENV === "production") return [origin];
  return [...new Set([origin, origin.replace("//localhost", "//127.0.0.1"), origin.replace("//127.0.0.1", "//localhost")])];
}
