import { expect, test } from "vitest";
import { readConfig } from "../../server/platform/config.ts";

const NEEDED = { DATABASE_URL: "postgres://db", AUTH_SECRET: "sixteen characters" };

test("two variables are enough, and no vendor is switched on by a default", () => {
  const config = readConfig(NEEDED);
  expect(config).toMatchObject({ NODE_ENV: "development", PORT: 3000, REDIS_DOWN: "fallback", LOCK_WAIT_MS: 2500, HOLDS_PER_CLIENT: 5 });
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

test("limits are bounded", () => {
  expect(() => readConfig({ ...NEEDED, LOCK_WAIT_MS: "30001" })).toThrow("LOCK_WAIT_MS");
  expect(() => readConfig({ ...NEEDED, DATABASE_POOL: "0" })).toThrow("DATABASE_POOL");
  expect(readConfig({ ...NEEDED, LOCK_WAIT_MS: "0" }).LOCK_WAIT_MS).toBe(0);
});
