import { z } from "zod";

const number = (fallback: number, min = 0, max = 1_000_000) => z.coerce.number().int().min(min).max(max).default(fallback);
const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/$/, ""));
/** An empty variable is an unset one. */
const optional = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === "" ? undefined : value), type.optional());

/** Every variable the server reads, with its default. `.env.example` tells what each is for. */
const schema = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  PORT: number(3000, 0, 65_535),
  PUBLIC_URL: url.default("http://127.0.0.1:3000"),
  HOME_REGION: z.string().default("local"),
  DATABASE_URL: z.string().min(1),
  DATABASE_POOL: number(10, 1, 200),
  UPSTASH_REDIS_REST_URL: optional(url),
  UPSTASH_REDIS_REST_TOKEN: optional(z.string()),
  REDIS_DOWN: z.enum(["fallback", "reject"]).default("fallback"),
  LOCK_WAIT_MS: number(2500, 0, 30_000),
  QSTASH_URL: optional(url),
  QSTASH_TOKEN: optional(z.string()),
  QSTASH_CURRENT_SIGNING_KEY: optional(z.string()),
  QSTASH_NEXT_SIGNING_KEY: optional(z.string()),
  RESEND_API_KEY: optional(z.string()),
  RESEND_BASE_URL: url.default("https://api.resend.com"),
  RESEND_WEBHOOK_SECRET: optional(z.string()),
  MAIL_FROM: z.string().default("Nightledger <bookings@nightledger.test>"),
  STRIPE_SECRET_KEY: optional(z.string()),
  STRIPE_API_BASE: url.default("https://api.stripe.com"),
  STRIPE_WEBHOOK_SECRET: optional(z.string()),
  MIDTRANS_SERVER_KEY: optional(z.string()),
  MIDTRANS_API_BASE: url.default("https://api.midtrans.com"),
  MIDTRANS_SNAP_BASE: url.default("https://app.midtrans.com"),
  TWILIO_ACCOUNT_SID: optional(z.string()),
  TWILIO_AUTH_TOKEN: optional(z.string()),
  TWILIO_FROM: optional(z.string()),
  TWILIO_BASE_URL: url.default("https://api.twilio.com"),
  AUTH_SECRET: z.string().min(16),
  /** The header that carries the client's address, set by the proxy in front; none: the socket's. */
  CLIENT_IP_HEADER: optional(z.string()),
  METRICS_TOKEN: optional(z.string()),
  RATE_LIMIT_PER_MINUTE: number(600),
  RATE_LIMIT_BOOKINGS_PER_MINUTE: number(30),
  RATE_LIMIT_LOOKUPS_PER_MINUTE: number(10),
  HOLDS_PER_CLIENT: number(5, 1, 1000),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

export type Config = z.infer<typeof schema>;

/**
 * Reads and checks the environment.
 * @throws Error that lists each variable that is missing or wrong, for a person to mend.
 */
export function readConfig(env: Record<string, unknown>): Config {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The configuration can't be used:\n${lines.join("\n")}`);
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
