import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { newId } from "../../server/platform/ids.ts";
import { PASSWORD, postAuth, signUp } from "../helpers/account.ts";
import { openRedisGateway } from "../helpers/context.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { startGateway, type Gateway } from "../helpers/gateway.ts";

// A password is guessed from many networks: each account has an allowance of its own beside each network's.

let database: TestDatabase;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  database = await createDatabase();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => database.drop());

async function limited(): Promise<Gateway> {
  const redis = await openRedisGateway();
  closing.push(() => redis.close());
  const gateway = await startGateway(database, { cloud: {}, publishing: false, redis: redis.redis, env: { RATE_LIMIT_LOOKUPS_PER_MINUTE: "4" } });
  closing.push(() => gateway.close());
  return gateway;
}

/** From another network each time. */
async function from(gateway: Gateway, network: number, path: string, body: object, cookie = ""): Promise<number> {
  gateway.runtime.clientAddress = `203.0.113.${network}`;
  return (await postAuth(gateway, path, body, cookie)).status;
}

test.each([
  ["sign-in/email", (email: string) => ({ email, password: "not the password" }), 401],
  ["sign-up/email", (email: string) => ({ email, name: "Ana Reis", password: PASSWORD }), 200],
  ["request-password-reset", (email: string) => ({ email }), 200],
] as const)("%s is limited by the address that it is about, whichever network asks and however it is spelt; another's goes on", async (path, body, status) => {
  const gateway = await limited();
  const email = `${newId()}@guest.test`;
  let network = 0;
  const ask = (address: string) => from(gateway, (network = (network + 1) % 250), path, body(address));
  expect(await ask(email)).toBe(status);
  // The minute may turn in between.
  await vi.waitFor(async () => expect(await ask(network % 2 ? email.toUpperCase() : ` ${email} `)).toBe(429), { timeout: 20_000, interval: 5 });
  expect(await ask(`${newId()}@guest.test`)).toBe(status);
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
  let asked = 0;
  gateway.runtime.limits = { check: async (_tier, key) => (key.startsWith("account:") && (asked += 1) > 4 ? 60_000 : undefined) };
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
