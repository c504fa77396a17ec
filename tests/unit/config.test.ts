import { expect, test } from "vitest";
import { readConfig } from "../../server/platform/config.ts";
import { DEMO_KEYS } from "../../server/platform/well-known.ts";

const NEEDED = { DATABASE_URL: "postgres://db", AUTH_SECRET: "sixteen characters" };

test("two variables are enough, and no vendor is switched on by a default", () => {
  const config = readConfig(NEEDED);
  expect(config).toMatchObject({ NODE_ENV: "development", PORT: 3000, REDIS_DOWN: "fallback", LOCK_WAIT_MS: 2500, HOLDS_PER_ACTOR: 5 });
  for (const key of ["UPSTASH_REDIS_REST_URL", "QSTASH_TOKEN", "RESEND_API_KEY", "STRIPE_SECRET_KEY", "MIDTRANS_SERVER_KEY", "TWILIO_AUTH_TOKEN"] as const)
    expect(config[key]).toBeUndefined();
});

test("every variable that is missing or wrong is named at once", () => {
  const read = () => readConfig({ AUTH_SECRET: "short", PORT: "seventy", REDIS_DOWN: "maybe", PUBLIC_URL: "ftp://files" });
  for (const name of ["DATABASE_URL", "AUTH_SECRET", "PORT", "REDIS_DOWN", "PUBLIC_URL"]) expect(read).toThrow(name);
});

test("a secret's value is never in the message", () => {
  expect(() => readConfig({ ...NEEDED, AUTH_SECRET: "hunter2" })).toThrow(expect.not.objectContaining({ message: expect.stringContaining("hunter2") }));
});

test("an empty variable is an unset one, and a trailing slash is dropped", () => {
  const config = readConfig({ ...NEEDED, STRIPE_SECRET_KEY: "", UPSTASH_REDIS_REST_URL: "", PUBLIC_URL: "https://stay.test/" });
  expect(config.STRIPE_SECRET_KEY).toBeUndefined();
  expect(config.UPSTASH_REDIS_REST_URL).toBeUndefined();
  expect(config.PUBLIC_URL).toBe("https://stay.test");
});

const PRODUCTION = { NODE_ENV: "production", DATABASE_URL: "postgres://db", AUTH_SECRET: "x".repeat(32), PUBLIC_URL: "https://stay.test" };

test.each([
  [{ PUBLIC_URL: "" }, "PUBLIC_URL must be set"],
  [{ PUBLIC_URL: "http://stay.test" }, "PUBLIC_URL must be https"],
  [{ PUBLIC_URL: "http://127.0.0.1.stay.test" }, "PUBLIC_URL must be https"],
  [{ AUTH_SECRET: "x".repeat(31) }, "AUTH_SECRET must have 32"],
  [{ AUTH_SECRET: "" }, "AUTH_SECRET must have 32"],
  [{ AUTH_SECRET: DEMO_KEYS.AUTH_SECRET }, "AUTH_SECRET has a value that everybody knows"],
  [{ QSTASH_CURRENT_SIGNING_KEY: DEMO_KEYS.QSTASH_CURRENT_SIGNING_KEY }, "QSTASH_CURRENT_SIGNING_KEY has a value"],
  [{ RESEND_API_KEY: "re_mine" }, "MAIL_FROM must be set beside RESEND_API_KEY"],
])("production refuses %o, development doesn't mind", (env, sentence) => {
  expect(() => readConfig({ ...PRODUCTION, ...env })).toThrow(sentence);
  expect(() => readConfig({ ...NEEDED, ...env, AUTH_SECRET: "sixteen characters" })).not.toThrow();
});

test.each(["https://stay.test", "http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"])("production takes %s as its address", (PUBLIC_URL) => {
  expect(readConfig({ ...PRODUCTION, PUBLIC_URL, RESEND_API_KEY: "re_mine", MAIL_FROM: "desk@stay.test" }).PUBLIC_URL).toBe(PUBLIC_URL);
});

test("all that production lacks is said at once, beside what is wrong anywhere", () => {
  const read = () => readConfig({ NODE_ENV: "production", PORT: "seventy" });
  for (const name of ["DATABASE_URL", "PORT", "PUBLIC_URL", "AUTH_SECRET"]) expect(read).toThrow(name);
});

test("without an address of its own the app is at its port on this machine", () => {
  expect(readConfig({ ...NEEDED, PORT: "4000", PUBLIC_URL: "" }).PUBLIC_URL).toBe("http://127.0.0.1:4000");
});

test.each([
  ["SB-Mid-server-mine", "sandbox.midtrans.com"],
  ["Mid-server-mine", "midtrans.com"],
])("a Midtrans key like %s belongs to %s, unless addresses are given", (MIDTRANS_SERVER_KEY, world) => {
  const derived = { MIDTRANS_API_BASE: `https://api.${world}`, MIDTRANS_SNAP_BASE: `https://app.${world}` };
  expect(readConfig({ ...NEEDED, MIDTRANS_SERVER_KEY, MIDTRANS_API_BASE: "", MIDTRANS_SNAP_BASE: "" })).toMatchObject(derived);
  const own = { MIDTRANS_API_BASE: "http://127.0.0.1:9", MIDTRANS_SNAP_BASE: "http://127.0.0.1:9" };
  expect(readConfig({ ...NEEDED, MIDTRANS_SERVER_KEY, ...own })).toMatchObject(own);
});

test("limits are bounded", () => {
  expect(() => readConfig({ ...NEEDED, LOCK_WAIT_MS: "30001" })).toThrow("LOCK_WAIT_MS");
  expect(() => readConfig({ ...NEEDED, DATABASE_POOL: "0" })).toThrow("DATABASE_POOL");
  expect(readConfig({ ...NEEDED, LOCK_WAIT_MS: "0" }).LOCK_WAIT_MS).toBe(0);
});
