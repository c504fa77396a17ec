import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { newId } from "../../server/platform/ids.ts";
import { PASSWORD, postAuth, signUp } from "../helpers/account.ts";
import { openRedisGateway } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";

// A password is guessed from many networks, and its owner is to get in all the same: an account has an allowance for each network.

let database: TestDatabase;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  database = await createDatabase();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => database.drop());

async function limited(env: Record<string, string> = {}): Promise<Gateway> {
  const redis = await openRedisGateway();
  closing.push(() => redis.close());
  const gateway = await startGateway(database, { cloud: {}, publishing: false, redis: redis.redis, env: { RATE_LIMIT_LOOKUPS_PER_MINUTE: "4", ...env } });
  closing.push(() => gateway.close());
  return gateway;
}

/** From one of the addresses of a network, another each time: none meets its own allowance. */
let asked = 0;
async function from(gateway: Gateway, network: number, path: string, body: object, cookie = ""): Promise<number> {
  gateway.runtime.clientAddress = `203.0.${network}.${(asked += 1) % 250}`;
  return (await postAuth(gateway, path, body, cookie)).status;
}

test.each([
  ["sign-in/email", (email: string) => ({ email, password: "not the password" }), 401],
  ["sign-up/email", (email: string) => ({ email, name: "Ana Reis", password: PASSWORD }), 200],
  ["request-password-reset", (email: string) => ({ email }), 200],
] as const)("%s is limited by the account that it is about, however it is spelt, for the network that asks and no other; another account goes on", async (path, body, status) => {
  const gateway = await limited();
  const email = `${newId()}@guest.test`;
  const ask = (network: number, address: string) => from(gateway, network, path, body(address));
  expect(await ask(1, email)).toBe(status);
  // The minute may turn in between.
  await vi.waitFor(async () => expect(await ask(1, asked % 2 ? email.toUpperCase() : ` ${email} `)).toBe(429), { timeout: 20_000, interval: 5 });
  expect(await ask(1, `${newId()}@guest.test`)).toBe(status);
  expect(await ask(2, email)).toBe(status);
});

test("a crowd's wrong passwords keep the owner neither out nor from a reset, which has an allowance of its own", async () => {
  const gateway = await limited();
  const { email } = await signUp(gateway);
  for (let network = 1; network <= 12; network += 1) expect(await from(gateway, network, "sign-in/email", { email, password: "not the password" })).toBe(401);
  expect(await from(gateway, 200, "sign-in/email", { email, password: PASSWORD })).toBe(200);
  await vi.waitFor(async () => expect(await from(gateway, 200, "sign-in/email", { email, password: "mistyped" })).toBe(429), { timeout: 20_000, interval: 5 });
  expect(await from(gateway, 200, "request-password-reset", { email })).toBe(200);
});

test("guesses are bounded over all networks together, by those that a network's own allowance lets through; who is signed in goes on", async () => {
  const gateway = await limited({ RATE_LIMIT_GUESSES_PER_MINUTE: "8" });
  const { email, cookie } = await signUp(gateway);
  const guess = (network: number) => from(gateway, network, "sign-in/email", { email, password: "not the password" });
  for (let i = 0; i < 12; i += 1) await guess(1);
  expect(await guess(2)).toBe(401);
  let network = 2;
  await vi.waitFor(async () => expect(await guess((network += 1))).toBe(429), { timeout: 20_000, interval: 5 });
  expect(await from(gateway, 200, "sign-in/email", { email, password: PASSWORD }, cookie)).toBe(200);
});

test("who is signed in guesses at the sign-in no faster than elsewhere", async () => {
  const gateway = await limited();
  const { email, cookie } = await signUp(gateway);
  let network = 0;
  await vi.waitFor(async () => expect(await from(gateway, (network += 1), "sign-in/email", { email, password: "not the password" }, cookie)).toBe(429), {
    timeout: 20_000,
    interval: 5,
  });
});

test("who is signed in guesses the present password no faster, from no number of networks", async () => {
  const gateway = await limited();
  const { cookie } = await signUp(gateway);
  let network = 0;
  const guess = () => from(gateway, (network += 1), "change-password", { currentPassword: `guess ${network}`, newPassword: "a wholly new password" }, cookie);
  expect(await guess()).toBe(400);
  await vi.waitFor(async () => expect(await guess()).toBe(429), { timeout: 20_000, interval: 5 });
});

test("guesses at once are counted before a password is looked at", async () => {
  const gateway = await limited();
  const { email } = await signUp(gateway);
  let counted = 0;
  gateway.runtime.limits = { check: async (_tier, key) => (key.startsWith("account:") && (counted += 1) > 4 ? 60_000 : undefined) };
  const guesses = Array.from({ length: 16 }, () => postAuth(gateway, "sign-in/email", { email, password: "not the password" }));
  const statuses = (await Promise.all(guesses)).map((answer) => answer.status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(12);
});

test("a password that guessers try first is set nowhere: at a sign-up, behind a link, by a reset, or by its owner", async () => {
  const gateway = await startGateway(database, { cloud: {}, publishing: false });
  closing.push(() => gateway.close());
  const { cookie, email } = await signUp(gateway);
  const { createProperty } = await import("../helpers/world.ts");
  const { slug } = await createProperty(database.db);
  const refused = async (path: string, body: object) => {
    const answer = await postAuth(gateway, path, body, cookie);
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };
  for (const password of ["password", "12345678", slug, slug.replaceAll("-", " ")]) {
    expect(await refused("sign-up/email", { name: "Ana", email: `${newId()}@guest.test`, password }), password).toEqual([400, "PASSWORD_COMMON"]);
    expect(await refused("verify-email", { token: "none", credential: { name: "Ana", password } }), password).toEqual([400, "PASSWORD_COMMON"]);
    expect(await refused("reset-password", { token: "none", newPassword: password }), password).toEqual([400, "PASSWORD_COMMON"]);
    expect(await refused("change-password", { currentPassword: PASSWORD, newPassword: password }), password).toEqual([400, "PASSWORD_COMMON"]);
  }
  expect(await refused("change-password", { currentPassword: PASSWORD, newPassword: email })).toEqual([400, "PASSWORD_COMMON"]);
});
