import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { appEnv, chooseKeys, cloudOptions } from "../../local/env.ts";
import { DEMO_KEYS, productionKeys } from "../../local/keys.ts";
import type { Secrets } from "../../local/secrets.ts";
import { readSettings } from "../../local/settings.ts";
import { readConfig } from "../../server/platform/config.ts";

const LIVE_MAIL = {
  NODE_ENV: "production",
  RESEND_API_KEY: "re_live",
  MAIL_FROM: "desk@hotel.example",
  RESEND_WEBHOOK_SECRET: "whsec_live",
};

const secrets: Secrets = {
  postgresPassword: "own-1",
  redisPassword: "own-2",
  upstashToken: "own-3",
  qstashToken: "own-4",
  qstashCurrentSigningKey: "own-5",
  qstashNextSigningKey: "own-6",
  authSecret: "own-7",
};

test("with nothing set, everything is served here", () => {
  const { choices, ports } = readSettings({});
  expect(new Set(Object.values(choices))).toEqual(new Set(["local"]));
  expect(ports).toMatchObject({
    front: 3000,
    app: 3000,
    upstash: 3100,
    twilio: 3105,
    postgres: 3106,
    redis: 3107,
  });
});

test("a vendor's own variables turn only its stand-in off, and reach the app with the vendor's address", () => {
  const env = { QSTASH_TOKEN: "t", QSTASH_CURRENT_SIGNING_KEY: "sig_1", QSTASH_NEXT_SIGNING_KEY: "sig_2", MIDTRANS_SERVER_KEY: "" };
  const settings = readSettings(env);
  expect(settings.choices).toMatchObject({ queue: "real", stripe: "local", midtrans: "local" });
  expect(appEnv(env, settings, DEMO_KEYS, {})).toMatchObject({ QSTASH_TOKEN: "t", QSTASH_URL: "https://qstash.upstash.io" });
});

test("a copy of .env.example with another port and a Midtrans sandbox key leads where it should", () => {
  const example = parseEnv(readFileSync(new URL("../../.env.example", import.meta.url), "utf8"));
  const env = { ...example, PORT: "4000", MIDTRANS_SERVER_KEY: "SB-Mid-server-mine" };
  const settings = readSettings(env);
  expect(settings.publicUrl).toBe("http://localhost:4000");
  const bases = { MIDTRANS_API_BASE: "https://api.sandbox.midtrans.com", MIDTRANS_SNAP_BASE: "https://app.sandbox.midtrans.com" };
  expect(readConfig(appEnv(env, settings, DEMO_KEYS, { DATABASE_URL: "postgres://db" }))).toMatchObject({ PUBLIC_URL: "http://localhost:4000", ...bases });
  expect(readConfig({ ...env, DATABASE_URL: "postgres://db", AUTH_SECRET: "sixteen characters" })).toMatchObject({ PUBLIC_URL: "http://127.0.0.1:4000", ...bases });
});

test("an address of the user's own wins over the vendor's", () => {
  const env = {
    STRIPE_SECRET_KEY: "sk",
    STRIPE_WEBHOOK_SECRET: "whsec",
    STRIPE_API_BASE: "http://127.0.0.1:9",
  };
  expect(appEnv(env, readSettings(env), DEMO_KEYS, {}).STRIPE_API_BASE).toBe("http://127.0.0.1:9");
});

test.each([
  [{ STRIPE_SECRET_KEY: "sk" }, "STRIPE_WEBHOOK_SECRET"],
  [{ UPSTASH_REDIS_REST_URL: "https://r.example" }, "UPSTASH_REDIS_REST_TOKEN"],
  [{ QSTASH_TOKEN: "t" }, "QSTASH_CURRENT_SIGNING_KEY and QSTASH_NEXT_SIGNING_KEY"],
  [{ RESEND_API_KEY: "re", MAIL_FROM: "desk@hotel.example" }, "RESEND_WEBHOOK_SECRET"],
  [{ TWILIO_AUTH_TOKEN: "t" }, "TWILIO_ACCOUNT_SID and TWILIO_FROM"],
])("half of a vendor's variables (%o) is refused, naming the missing ones", (env, missing) => {
  expect(() => readSettings(env)).toThrow(missing);
});

test("the mail stand-in's rate is the vendor's unless a number says otherwise", () => {
  expect(readSettings({}).mailRate).toBeUndefined();
  expect(readSettings({ LOCAL_MAIL_RATE: "100000" }).mailRate).toBe(100_000);
  for (const wrong of ["0", "-1", "many", "1e9"]) expect(() => readSettings({ LOCAL_MAIL_RATE: wrong })).toThrow("LOCAL_MAIL_RATE");
});

test("production serves database, Redis and queue here with keys of its own, and offers no stand-in payment", () => {
  const settings = readSettings(LIVE_MAIL);
  expect(settings.choices).toEqual({
    postgres: "local",
    redis: "local",
    queue: "local",
    mail: "real",
    stripe: "off",
    midtrans: "off",
    sms: "off",
  });
  const keys = chooseKeys(settings, secrets);
  expect([keys.UPSTASH_REDIS_REST_TOKEN, keys.QSTASH_TOKEN, keys.AUTH_SECRET]).toEqual(["own-3", "own-4", "own-7"]);
  expect(settings.notes.join(" ")).toMatch(/PUBLIC_URL.*STRIPE_SECRET_KEY.*TWILIO_ACCOUNT_SID/);
});

test("production's generated keys differ from the known ones wherever it serves a part by itself", () => {
  const own = productionKeys(secrets);
  const served = ["UPSTASH_REDIS_REST_TOKEN", "QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY", "AUTH_SECRET"] as const;
  for (const name of served) expect(own[name], name).not.toBe(DEMO_KEYS[name]);
});

test.each(["QSTASH_CURRENT_SIGNING_KEY", "AUTH_SECRET", "STRIPE_WEBHOOK_SECRET"] as const)("production refuses the well-known %s", (name) => {
  expect(() => readSettings({ ...LIVE_MAIL, [name]: DEMO_KEYS[name] })).toThrow(name);
});

test("production refuses the second public key pair of the queue's development server", () => {
  const env = { ...LIVE_MAIL, QSTASH_NEXT_SIGNING_KEY: "sig_5NoELc3EFnZn4DVS5bDs2Nk4b7Ua" };
  expect(() => readSettings(env)).toThrow("QSTASH_NEXT_SIGNING_KEY");
});

test.each([
  [{ AUTH_SECRET: "a short one" }, "AUTH_SECRET"],
  [{ PUBLIC_URL: "http://stay.example" }, "PUBLIC_URL"],
])("what the server would refuse in production (%o) is refused before anything starts", (env, name) => {
  expect(() => readSettings({ ...LIVE_MAIL, ...env })).toThrow(name);
});

test("the app that npm start runs in production takes what it is given", () => {
  const env = appEnv(LIVE_MAIL, readSettings(LIVE_MAIL), productionKeys({ ...secrets, authSecret: "y".repeat(43) }), { DATABASE_URL: "postgres://db" });
  expect(readConfig(env)).toMatchObject({ NODE_ENV: "production", PUBLIC_URL: "http://localhost:3000" });
});

test("only outside production may faults and clock of what stands in be switched", () => {
  const urls = { database: "postgres://db", redis: "redis://r" };
  expect(cloudOptions(readSettings(LIVE_MAIL), productionKeys(secrets), urls).switches).toBe(false);
  expect(cloudOptions(readSettings({}), DEMO_KEYS, urls).switches).toBe(true);
});

test("production needs a real mail service", () => {
  expect(() => readSettings({ NODE_ENV: "production" })).toThrow("set RESEND_API_KEY and MAIL_FROM and RESEND_WEBHOOK_SECRET");
});

test.each([{ PORT: "http" }, { PORT: "0" }, { LOCAL_PORT: "70000" }, { PORT: "3104" }])("a port that can't be (%o) is refused", (env) => {
  expect(() => readSettings(env)).toThrow(Object.values(env)[0]);
});

test("the development server keeps PORT for itself and moves the app behind it", () => {
  const settings = readSettings({}, { dev: true });
  expect(settings.ports).toMatchObject({ front: 3000, app: 3108 });
  expect(appEnv({}, settings, DEMO_KEYS, {})).toMatchObject({
    PORT: "3108",
    PUBLIC_URL: "http://localhost:3000",
  });
});
